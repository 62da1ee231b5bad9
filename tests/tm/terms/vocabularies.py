"""A vocabulary made of keys, with their positions as ids."""

from tm.terms.vocabulary import SEPARATOR, Vocabulary


def vocabulary(keys: list[str]) -> Vocabulary:
    """The keys in order, as a term base gives them."""
    ordered = sorted((key, number) for number, key in enumerate(keys))
    return Vocabulary(SEPARATOR.join(key for key, _ in ordered), ",".join(str(number) for _, number in ordered))
