"""Runs inside the image: imports each project, does a little with it, and runs its console scripts.

Prints a line a project and ends with 1 where one of them fails.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

# Project → what shows that its native code and its data files are there.
USES = {
    "aiohttp": "import aiohttp.web; aiohttp.web.Application()",
    "argon2-cffi": "import argon2; argon2.PasswordHasher(time_cost=1).hash('x')",
    "asyncpg": "import asyncpg.protocol.protocol",
    "bcrypt": "import bcrypt; assert bcrypt.checkpw(b'x', bcrypt.hashpw(b'x', bcrypt.gensalt(4)))",
    "black": "import black; assert black.format_str('x=1', mode=black.Mode()) == 'x = 1\\n'",
    "brotli": "import brotli; assert brotli.decompress(brotli.compress(b'x')) == b'x'",
    "cryptography": "from cryptography.fernet import Fernet as F; k = F(F.generate_key()); k.decrypt(k.encrypt(b'x'))",
    "duckdb": "import duckdb; assert duckdb.connect().execute('select 6 * 7').fetchall() == [(42,)]",
    "gevent": "import gevent; assert gevent.spawn(lambda: 42).get() == 42",
    "granian": "import granian",
    "grpcio": "import grpc; grpc.insecure_channel('localhost:1').close()",
    "grpcio-tools": "import grpc_tools.protoc, importlib.resources as r; assert r.files('grpc_tools').joinpath('_proto').is_dir()",
    "h5py": "import h5py, io; h5py.File(io.BytesIO(), 'w').create_dataset('x', data=[1])",
    "lxml": "from lxml import etree; assert etree.fromstring('<a><b/></a>').find('b') is not None",
    "matplotlib": "import matplotlib; matplotlib.use('Agg'); import matplotlib.pyplot as p, io; p.plot([1]); p.savefig(io.BytesIO())",
    "msgpack": "import msgpack; assert msgpack.unpackb(msgpack.packb([1])) == [1]",
    "numpy": "import numpy; assert numpy.linalg.inv([[2.0]])[0][0] == 0.5",
    "opencv-python-headless": "import cv2, numpy; assert cv2.resize(numpy.zeros((4, 4), 'uint8'), (2, 2)).shape == (2, 2)",
    "pandas": "import pandas; assert pandas.DataFrame({'x': [1, 2]}).x.sum() == 3",
    "pillow": "from PIL import Image; import io; Image.new('RGB', (2, 2)).save(io.BytesIO(), 'WEBP')",
    "polars": "import polars; assert polars.DataFrame({'x': [1, 2]})['x'].sum() == 3",
    "protobuf": "from google.protobuf.struct_pb2 import Struct; Struct().SerializeToString()",
    "psutil": "import psutil; assert psutil.Process().pid > 0",
    "psycopg": "import psycopg; assert psycopg.pq.__impl__ == 'binary'",
    "pyarrow": "import pyarrow.parquet, io; pyarrow.parquet.write_table(pyarrow.table({'x': [1]}), io.BytesIO())",
    "pynacl": "import nacl.utils, nacl.secret; nacl.secret.SecretBox(nacl.utils.random(32)).encrypt(b'x')",
    "pyproj": "import pyproj; assert pyproj.CRS.from_epsg(4326).is_geographic",
    "pyyaml": "import yaml; assert yaml.__with_libyaml__",
    "pyzmq": "import zmq; zmq.Context().socket(zmq.PAIR).close()",
    "regex": "import regex; assert regex.match(r'\\p{L}+', 'é')",
    "scikit-learn": "from sklearn.linear_model import LinearRegression as L; L().fit([[0], [1]], [0, 1])",
    "scipy": "from scipy import optimize; assert abs(optimize.brentq(lambda x: x - 1, 0, 3) - 1) < 1e-9",
    "shapely": "import shapely; assert shapely.Point(0, 0).buffer(1).area > 3",
    "sqlalchemy": "import sqlalchemy as s; assert s.create_engine('sqlite://').connect().scalar(s.text('select 1')) == 1",
    "tokenizers": "from tokenizers import Tokenizer, models; Tokenizer(models.BPE())",
    "uvicorn": "import uvicorn, uvloop, httptools, watchfiles, websockets",
    "zstandard": "import zstandard as z; assert z.decompress(z.compress(b'x')) == b'x'",
}

# Console scripts and programs of wheels, each with arguments that end at once.
SCRIPTS = (
    ("black", "--version"),
    ("f2py", "-v"),
    ("fonttools", "--help"),
    ("granian", "--version"),
    ("gunicorn", "--version"),
    ("numpy-config", "--version"),
    ("pyproj", "--help"),
    ("python-grpc-tools-protoc", "--version"),
    ("pyuwsgi", "--version"),
    ("ruff", "--version"),
    ("uvicorn", "--version"),
    ("uwsgi", "--version"),
    ("watchfiles", "--version"),
    ("websockets", "--version"),
)


def used(code: str) -> str:
    """What is wrong when a piece of Python runs in a process of its own; empty where nothing is."""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no output"])[-1]


def script(name: str, argument: str) -> str:
    """The same for a script on PATH."""
    if shutil.which(name) is None:
        return "it is not on PATH"
    done = subprocess.run([name, argument], capture_output=True, text=True)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no output"])[-1]


def main() -> int:
    failures = 0
    for kind, name, problem in [
        *(("import", project, used(code)) for project, code in USES.items()),
        *(("script", name, script(name, argument)) for name, argument in SCRIPTS),
    ]:
        failures += bool(problem)
        print(f"{kind} {name}: {problem or 'ok'}", flush=True)
    print(f"{len(USES)} projects and {len(SCRIPTS)} scripts, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
