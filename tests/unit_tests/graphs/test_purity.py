"""What a node does to the world: harmless only where it is known to be."""

from typing import Any

import pytest

from longpole.domain.graphs import Purity
from longpole.graphs.purity import dify_purity, worst
from longpole.graphs.purity_of_code import code_purity, template_purity

PURE, READ_ONLY, WRITES, UNKNOWN = Purity.PURE, Purity.READ_ONLY, Purity.WRITES, Purity.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "config", "expected"),
    [
        ("http-request", {"method": "get"}, READ_ONLY),
        ("http-request", {"method": "GET", "body": {"type": "none", "data": []}}, READ_ONLY),
        ("http-request", {"method": "get", "body": {"type": "json", "data": "{}"}}, UNKNOWN),
        ("http-request", {"method": "post"}, WRITES),
        ("http-request", {"method": "delete"}, WRITES),
        ("http-request", {}, UNKNOWN),
        ("llm", {"model": {}}, READ_ONLY),
        ("llm", {"memory": {"window": {"enabled": False}}}, UNKNOWN),
        ("llm", {"prompt_template": [{"edition_type": "jinja2", "jinja2_text": "{{ a | upper }}"}]}, READ_ONLY),
        ("llm", {"prompt_template": [{"edition_type": "jinja2", "jinja2_text": "{{ now() }}"}]}, UNKNOWN),
        ("llm", {"prompt_template": {"edition_type": "jinja2"}}, UNKNOWN),
        ("llm", {"tools": [{"name": "x"}]}, UNKNOWN),
        ("parameter-extractor", {}, READ_ONLY),
        ("knowledge-retrieval", {}, READ_ONLY),
        ("agent", {}, UNKNOWN),
        ("assigner", {}, WRITES),
        ("answer", {}, WRITES),
        ("human-input", {}, WRITES),
        ("variable-assigner", {}, PURE),
        ("list-operator", {}, PURE),
        ("a-type-of-next-year", {}, UNKNOWN),
        ("tool", {"provider_type": "builtin", "provider_id": "wikipedia", "tool_name": "wikipedia_search"}, READ_ONLY),
        (
            "tool",
            {"provider_type": "builtin", "provider_id": "langgenius/google/google", "tool_name": "google_search"},
            READ_ONLY,
        ),
        (
            "tool",
            {"provider_type": "builtin", "provider_id": "acme/google/google", "tool_name": "google_search"},
            UNKNOWN,
        ),
        ("tool", {"provider_type": "api", "provider_id": "wikipedia", "tool_name": "wikipedia_search"}, UNKNOWN),
        ("tool", {"provider_type": "workflow", "provider_id": "x", "tool_name": "y"}, UNKNOWN),
        ("tool", {"provider_type": "builtin", "provider_id": "time", "tool_name": "current_time"}, UNKNOWN),
    ],
)
def test_a_node_by_type_and_configuration(kind: str, config: dict[str, Any], expected: Purity) -> None:
    assert dify_purity(kind, config) is expected


@pytest.mark.parametrize(
    "code",
    [
        "import json, re\ndef main(a):\n    return {'b': json.loads(re.sub('x', 'y', a))}",
        "from datetime import datetime\ndef main(a):\n    return {'b': datetime.strptime(a, '%Y').year}",
        "from collections import Counter\nfrom urllib.parse import quote\ndef main(a):\n    return {'b': quote(a)}",
        "def main(a):\n    print(a)\n    return {'b': [x for x in a if x]}",
    ],
)
def test_python_that_only_computes(code: str) -> None:
    assert code_purity("python3", code) is PURE


@pytest.mark.parametrize(
    "code",
    [
        "import time\ndef main():\n    return {'b': time.time()}",
        "import random\ndef main():\n    return {'b': random.random()}",
        "import requests\ndef main(a):\n    return requests.get(a).json()",
        "from urllib import request\ndef main(a):\n    return request.urlopen(a)",
        "import urllib.parse\ndef main(a):\n    return urllib.request.urlopen(a)",
        "from datetime import datetime\ndef main():\n    return {'b': str(datetime.now())}",
        "from datetime import date as d\ndef main():\n    return {'b': str(d.today())}",
        "def main(a):\n    open('/tmp/x', 'w').write(a)",
        "def main(a):\n    return eval(a)",
        "def main(a):\n    return __import__('os').environ",
        "def main(a):\n    return ''.__class__.__mro__",
        "def main(a):\n    return getattr(a, 'b')",
        "import operator\ndef main(a):\n    return operator.attrgetter('__globals__')(main)",
        "from json import *\ndef main(a):\n    return a",
        "import os\ndef main():\n    return {}",
        "import jieba\ndef main(a):\n    return jieba.cut(a)",
        "def main(a:\n    broken",
        "",
    ],
)
def test_python_that_may_reach_out(code: str) -> None:
    assert code_purity("python3", code) is UNKNOWN


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("function main({a}) { return {b: a.split(',').map(x => x.trim())} }", PURE),
        ("function main() { return {b: Date.now()} }", UNKNOWN),
        ("async function main({a}) { return {b: await fetch(a)} }", UNKNOWN),
        ("function main() { return {b: Math.random()} }", UNKNOWN),
        ("const fs = require('fs'); function main() { return {} }", UNKNOWN),
        ("function main() { return {b: [].constructor} }", UNKNOWN),
        ("function main() { return {b: \\u0044ate.now()} }", UNKNOWN),
    ],
)
def test_javascript(code: str, expected: Purity) -> None:
    assert code_purity("javascript", code) is expected


def test_a_language_that_nobody_reads() -> None:
    assert code_purity("lua", "return 1") is UNKNOWN
    assert code_purity("python3", None) is UNKNOWN


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ a | upper }} {% for x in b %}{{ x }}{% endfor %}", PURE),
        ("no reference, but __init__ and now in the text", PURE),
        ("{{ ''.__class__ }}", UNKNOWN),
        ("{{ items | random }}", UNKNOWN),
        ("{{ now() }}", UNKNOWN),
        ("{% include 'x' %}", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_templates(template: str | None, expected: Purity) -> None:
    assert template_purity(template) is expected


def test_the_worst_counts() -> None:
    assert worst() is PURE
    assert worst(PURE, UNKNOWN, READ_ONLY) is UNKNOWN
    assert worst(UNKNOWN, WRITES) is WRITES
