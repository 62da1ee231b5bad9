import pytest

from corpora.cleaning.profiles import PROFILES, choose
from corpora.errors import UsageError
from tests.data import cases


@pytest.mark.parametrize("case", cases("cleaning_profiles"), ids=lambda case: case["label"])
def test_the_profile_is_chosen(case: dict) -> None:
    assert choose(case["lines"] * case.get("times", 1) + case.get("last", [])) == case["expected"]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_can_be_given(profile: str) -> None:
    assert choose(["Article 1", "Article 2", "Article 3", "Article 4"], profile) == profile


@pytest.mark.parametrize("profile", ["poem", "UN", "", "Auto"])
def test_an_unknown_profile_is_refused(profile: str) -> None:
    with pytest.raises(UsageError, match="un, legal, plain"):
        choose(["text"], profile)
