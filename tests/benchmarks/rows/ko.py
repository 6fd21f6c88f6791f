"""An image of Python beside one of Go, upon the same base: what the interpreter and its dependencies cost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from benchmarks.peers import ko
from benchmarks.peers.dockerfiles import BASE
from benchmarks.report import Row
from benchmarks.timing import medians
from benchmarks.workbench import WEB, Workbench
from support.servers.registries import docker_registry

_EDITED = "src/web/main.py"


def measure(bench: Workbench) -> Iterator[Row]:
    program = ko.find()
    if program is None:
        bench.say(
            "no ko: `GOBIN=/a/folder go install github.com/google/ko@latest`, and STRATA_TEST_GO_PROGRAMS=/a/folder"
        )
        return
    web, peers, folder = bench.web, bench.peers, bench.folder("ko")
    numbers = count()
    with docker_registry(folder) as registry:
        peers.run("push", "--quiet", "--tls-verify=false", BASE, f"docker://{registry}/base:latest")
        built = ko.Ko(program, folder, registry, "base:latest")
        cold = medians({"ours": lambda: web.cold(bench.seed, WEB), "ko": built.cold}, bench.runs(5))

        def package() -> float:
            web.edit(_EDITED, f"# ko {next(numbers)}")
            return web.package(WEB)

        edit = medians({"ours": package, "ko": built.edited}, bench.runs(5))
        assert (built.layout / "index.json").exists()
    what = "{} / ko, for a program in Go on the same base"
    yield Row(what.format("cold image build, wheels on disk, with bytecode"), cold["ours"], "s", cold["ko"])
    yield Row(what.format("one source line changed: warm `package`"), edit["ours"], "s", edit["ko"])
