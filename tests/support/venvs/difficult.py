"""This module has wheels that break tools. Tests install them together."""

from __future__ import annotations

from support.venvs.wheels import EXECUTABLE, Member, WheelFile

LOCATION = "import os, sys; print(os.path.basename(sys.argv[0]), sys.argv[1:], sys.prefix)"
PKGUTIL = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"

WHEELS = [
    WheelFile(
        "commands",
        files={
            "commands.py": "import sys\nclass Group:\n    @staticmethod\n    def run():\n"
            "        print(__name__, sys.argv[1:])\n        return 3\nmain = Group.run\n",
            "commands-1.0.data/scripts/with-python": f"#!python\n{LOCATION}\n",
            "commands-1.0.data/scripts/with-pythonw": f"#!pythonw\n{LOCATION}\n",
            "commands-1.0.data/scripts/with-options": b"#!python -E\r\n" + LOCATION.encode() + b"\r\n",
            "commands-1.0.data/scripts/with-shell": Member(b"#!/bin/sh\necho shell\n", EXECUTABLE),
            "commands-1.0.data/scripts/binary": b"\x7fELF\0\n#!python\n",
            "commands-1.0.data/scripts/empty": b"",
            "commands-1.0.data/scripts/both": "#!python\nprint('the old one')\n",
        },
        entry_points="[console_scripts]\ndotted = commands:Group.run\nextras = commands:main [one,two]\n"
        "both = commands:main\na.b-c_d = commands:main\n[gui_scripts]\nwindow = commands:main\n"
        "[commands.plugins]\nplugin = commands\n",
    ),
    WheelFile(
        "data_files",
        pure=False,
        tag="cp313-cp313-linux_x86_64",
        files={
            "data_files-1.0.data/headers/one.h": "#define ONE\n",
            "data_files-1.0.data/headers/deep/two.h": "#define TWO\n",
            "data_files-1.0.data/data/at-the-root.txt": "root\n",
            "data_files-1.0.data/data/etc/settings/a.ini": "[a]\n",
            "data_files-1.0.data/data/share/man/man1/a.1": ".TH A\n",
            "data_files-1.0.data/data/bin/from-data": Member(b"#!/bin/sh\necho data\n", EXECUTABLE),
            "data_files-1.0.data/data/lib64/library.so": b"\x7fELF",
            "data_files-1.0.data/purelib/data_pure.py": "PURE = 1\n",
            "data_files-1.0.data/platlib/data_plat/__init__.py": "PLAT = 1\n",
            "data_top.py": "TOP = 1\n",
        },
    ),
    WheelFile(
        "modes",
        files={
            "modes/__init__.py": "",
            "modes/tool.sh": Member(b"#!/bin/sh\n", EXECUTABLE),
            "modes/not-a-regular-file": Member(b"#!/bin/sh\n", 0o755),
            "modes/secret": Member(b"x", 0o100600),
            "modes/setuid": Member(b"x", 0o104755),
            "modes/empty.txt": b"",
            "modes/stored.bin": Member(bytes(range(256)), stored=True),
            "modes/lines.txt": b"one\r\ntwo\r",
            "modes/__pycache__/stale.cpython-313.pyc": b"stale",
            "modes/sourceless.pyc": b"module without a source",
        },
        directories=["modes", "modes/empty-directory"],
        again=[("modes/lines.txt", b"one\r\ntwo\r")],
    ),
    WheelFile(
        "names",
        files={
            "names/é.txt": "composed\n",
            "names/文字/ファイル.py": "X = 1\n",
            "names/a, \"b\".txt": "comma\n",
            "names/with space/%20#?.txt": "odd\n",
            "names/" + "x" * 200 + ".txt": "long\n",
            "names.pth": "import sys; sys.names_was_here = True\n",
        },
    ),
    WheelFile("Upper_Case.Dots", version="1.0+local.1", build="1build2", files={"upper_case.py": ""}),
    WheelFile(
        "templates",
        files={
            "templates/__init__.py": "",
            "templates/project.py": "{% if x %}import {{ x }}{% endif %}\n",
            "templates/old.py": "print 'two'\n",
            "templates/other_encoding.py": "# coding: latin-1\nX = 'é'\n".encode("latin-1"),
            "templates/warns.py": "X = '\\d' is '\\d'\n",
            "templates-1.0.data/scripts/script.py": Member(b"#!python\nprint('script')\n", EXECUTABLE),
            "templates-1.0.data/data/share/module.py": "X = 1\n",
        },
    ),
    WheelFile("space_one", files={"space/one/__init__.py": "NAME = __name__\n"}),
    WheelFile("space_two", files={"space/two.py": "NAME = __name__\n"}),
    WheelFile("legacy_one", files={"legacy/__init__.py": PKGUTIL, "legacy/one.py": ""}),
    WheelFile("legacy_two", files={"legacy/__init__.py": PKGUTIL, "legacy/two.py": ""}),
    WheelFile(
        "contest_one",
        files={"contest.py": "WINNER = 1\n", "contest_one.py": "def main(): print(1)\n"},
        entry_points="[console_scripts]\ncontest = contest_one:main\n",
    ),
    WheelFile(
        "contest_two",
        files={"contest.py": "WINNER = 2\n", "contest_two.py": "def main(): print(2)\n"},
        entry_points="[console_scripts]\ncontest = contest_two:main\n",
    ),
    WheelFile(
        "metadata",
        files={
            "metadata_module.py": "",
            "metadata-1.0.dist-info/top_level.txt": "metadata_module\n",
            "metadata-1.0.dist-info/licenses/LICENSE": "free\n",
            "metadata-1.0.dist-info/RECORD.jws": "{}",
            "metadata-1.0.dist-info/RECORD.p7s": "{}",
            "metadata-1.0.dist-info/INSTALLER": "somebody\n",
        },
    ),
    WheelFile("record_lacks", files={"record_lacks.py": "", "record_lacks_too.py": ""}, record=["record_lacks.py,,"]),
    WheelFile("record_lies", files={"record_lies.py": ""}, record=["record_lies.py,,77", "absent.py,sha256=AAAA,7"]),
    WheelFile(
        "record_odd",
        files={"record_odd/__init__.py": "", "record_odd/b.py": ""},
        record=["record_odd\\__init__.py,,", "record_odd/b.py,", "record_odd/b.py,md5=0,x,y", '"record_odd/b.py",,'],
    ),
]  # fmt: skip
