"""A real Ray cluster of several nodes on this machine: the same corpus, whatever is lost."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.tm.corpus.documents import fill, tree
from tm.corpus.build import build_corpus
from tm.corpus.options import CorpusOptions
from tm.jobs.cluster import ClusterOptions, connected
from tm.jobs.workers import DIED, Loaded

pytestmark = pytest.mark.slow
OPTIONS = CorpusOptions(formats=("parquet", "tmx", "jsonl"), part=20)


def again(start: Callable[[], Any]) -> Any:
    """Start a part of Ray, which on a busy machine does not always find the others in the half minute it has."""
    for _ in range(2):
        with suppress(Exception):
            return start()
    return start()


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A cluster of a head without cores and two nodes of one core."""
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0",
                      RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO="0", PYTHONSAFEPATH="1")  # fmt: skip
    from ray.cluster_utils import Cluster

    memory = {"object_store_memory": 80_000_000, "include_dashboard": False, "memory": 8_000_000_000}
    cluster = again(lambda: Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **memory}))
    for _ in range(2):
        again(lambda: cluster.add_node(num_cpus=1, **memory))
    yield cluster
    cluster.shutdown()
    os.environ.pop("PYTHONSAFEPATH")


def listening() -> set[str]:
    """The addresses other than the loopback on which a process listens."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text("ascii").splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            host = local.partition(":")[0]
            if state == "0A" and host not in ("0100007F", "0000000000000000FFFF00000100007F", "0" * 24 + "01000000"):
                found.add(local)
    return found


def fatal(item: str, loaded: Loaded) -> str:
    """Work of which one item ends its process."""
    if item == "fatal":
        os._exit(1)
    if item == "wrong":
        raise KeyError(item)
    return item.upper() + str(os.environ.get("OMP_NUM_THREADS")) * ("numpy" in loaded)


def test_a_lost_node_changes_nothing(tmp_path: Path, nodes: Any) -> None:
    folders = fill(tmp_path)
    alone = build_corpus(folders, tmp_path / "alone", options=OPTIONS)
    lost = []

    def follow(step: str, results: Iterator[Any], total: int) -> Iterator[Any]:
        for number, result in enumerate(results):
            if step == "aligning" and number == 1 and not lost:
                lost.append(sorted(nodes.worker_nodes, key=lambda node: node.node_id)[0])
                nodes.remove_node(lost[0], allow_graceful=False)
            yield result

    options = ClusterOptions(nodes.address, memory=1_000_000_000)
    together = build_corpus(folders, tmp_path / "cluster", options=OPTIONS, cluster=options, follow=follow)
    assert lost
    assert together.written == alone.written > 20
    assert tree(tmp_path / "cluster") == tree(tmp_path / "alone")


def test_an_item_that_ends_its_process_costs_itself(nodes: Any) -> None:
    items = ["a", "fatal", "b", "wrong", "c"]
    with connected(ClusterOptions(nodes.address, memory=500_000_000, tries=2)) as cluster:
        found = list(cluster.spread(items, fatal, lambda item, why: f"{item}: {why}"))
    assert sorted(found) == ["A", "B", "C", f"fatal: {DIED}", "wrong: an error in duiyi ('wrong')"]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads the tables of Linux")
def test_the_command_on_this_machine_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A private cluster: other users cannot reach it, and modules in the current folder are not run."""
    folder = tmp_path / "work"
    fill(folder, 2)
    for name in "numpy pickle json re types tm align corpora models socket ray psutil".split():
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'EXECUTED')!r}, 'w')\n", encoding="utf-8")
    (folder / "pairs.tsv").write_text(
        "source\ttarget\toutput\nzh/0.txt\ten/0.txt\ta.tmx\nzh/bad.txt\ten/bad.txt\tb.tmx\n", encoding="utf-8"
    )
    before = listening()
    command = subprocess.Popen(
        [Path(sys.executable).with_name("duiyi"), "batch", "pairs.tsv", "-j", "1", "--json", "--cluster"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    seen: set[str] = set()
    while True:
        try:
            out, errors = command.communicate(timeout=0.2)
            break
        except subprocess.TimeoutExpired:
            seen |= listening()
    assert (command.returncode, bool(out)) == (2, True), errors
    assert [pair["state"] for pair in json.loads(out)["pairs"]] == ["done", "failed"]
    assert "blank" in errors
    assert (folder / "a.tmx").exists()
    assert (folder / "pairs.tsv.done.jsonl").read_text("utf-8").count("\n") == 1
    assert not (tmp_path / "EXECUTED").exists()
    assert seen <= before
