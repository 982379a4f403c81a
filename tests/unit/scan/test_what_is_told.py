"""What a policy must hear of: names nobody filled in, names nobody can see, and revisions that are not a model's own."""

from __future__ import annotations

import gc
import io
import time
import tokenize
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.scan import Scan
from auditor.pipeline.scanning import scan_tree
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.scan_rules import ScanRules, load_scan_rules
from auditor.scan.python_comments import comments_of

COMMIT = "a" * 40


@pytest.fixture(scope="module")
def rules() -> ScanRules:
    return load_scan_rules(load_rulebook())


def _scan(root: Path, rules: ScanRules, name: str, text: str) -> Scan:
    (root / name).write_text(text, "utf-8")
    return scan_tree(root, rules)


@pytest.mark.parametrize("name", ["acme/x", "acme/model", "acme/my-model", "acme/checkpoint", "a1/b2"])
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.py", 'from transformers import AutoModel\nAutoModel.from_pretrained("{}")\n'),
        ("a.py", 'import transformers as t\nload = t.AutoModel.from_pretrained\nload("{}")\n'),
        ("a.sh", "hf download {}\n"),
        (".env", "MODEL_ID={}\n"),
        ("a.yaml", "model: {}\n"),
        ("a.js", 'AutoModel.from_pretrained("{}");\n'),
    ],
)
def test_a_plain_name_is_reported(tmp_path: Path, rules: ScanRules, name: str, file: str, text: str) -> None:
    scan = _scan(tmp_path, rules, file, text.replace("{}", name))
    assert [(one.target, one.use) for one in scan.references] == [(name, "used")]


@pytest.mark.parametrize("name", ["your-org/your-model", "org/model", "acme/your-model", "username/model-name"])
def test_a_name_to_be_filled_in_is_unresolved(tmp_path: Path, rules: ScanRules, name: str) -> None:
    scan = _scan(tmp_path, rules, "a.py", f'from transformers import AutoModel\nAutoModel.from_pretrained("{name}")\n')
    assert not scan.references
    assert [one.expression for one in scan.unresolved] == [f'"{name}"']
    scan = _scan(tmp_path, rules, "a.py", "") and _scan(tmp_path, rules, "b.sh", f"hf download {name}\n")
    assert [one.expression for one in scan.unresolved] == [name]


@pytest.mark.parametrize(
    "call",
    [
        "AutoModel.from_pretrained(name)",
        "AutoModel.from_pretrained(config.model)",
        'AutoModel.from_pretrained(f"acme/{name}")',
        'AutoModel.from_pretrained(os.environ["MODEL"])',
        'AutoModel.from_pretrained("/".join(names))',
        "AutoModel.from_pretrained(pick())",
        "snapshot_download(repo_id=names[0])",
        "ChatOpenAI(model=config.model)",
        'pipeline("ner", model=config.model)',
        "InferenceClient(model=config.model)",
    ],
)
def test_a_name_nobody_can_see_is_unresolved(tmp_path: Path, rules: ScanRules, call: str) -> None:
    start = (
        "import os\nfrom transformers import AutoModel, pipeline\nfrom huggingface_hub import *\n"
        "from langchain_openai import ChatOpenAI\n\n\ndef load(name, names, config, pick):\n    "
    )
    scan = _scan(tmp_path, rules, "a.py", f"{start}{call}\n")
    assert not scan.references
    assert len(scan.unresolved) == 1


def test_a_method_of_the_same_name_is_no_call_of_the_package(tmp_path: Path, rules: ScanRules) -> None:
    scan = _scan(tmp_path, rules, "a.py", "def f(self, embedding):\n    self.embedding(x)\n    return embedding(y)\n")
    assert not scan.unresolved
    assert not scan.references


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "a.py",
            f'from vllm import LLM\nLLM(model="acme/big-7b", tokenizer="acme/small-1b", revision="{COMMIT}")\n',
        ),
        ("a.sh", f"vllm serve acme/big-7b --tokenizer acme/small-1b --revision {COMMIT}\n"),
        ("a.yaml", f"model: acme/big-7b\ntokenizer: acme/small-1b\nmodel_revision: {COMMIT}\n"),
        ("a.json", f'{{"model": "acme/big-7b", "model_revision": "{COMMIT}", "draft_model": "acme/small-1b"}}'),
    ],
)
def test_the_revision_of_a_model_pins_nothing_beside_it(tmp_path: Path, rules: ScanRules, file: str, text: str) -> None:
    scan = _scan(tmp_path, rules, file, text)
    assert {one.target: one.pinned for one in scan.references} == {"acme/big-7b": True, "acme/small-1b": False}


def test_a_revision_of_another_mapping_pins_nothing(tmp_path: Path, rules: ScanRules) -> None:
    text = f"models:\n  - {{model: acme/a-7b, revision: {COMMIT}}}\n  - {{model: acme/b-7b}}\n"
    scan = _scan(tmp_path, rules, "a.yaml", text)
    assert {one.target: one.pinned for one in scan.references} == {"acme/a-7b": True, "acme/b-7b": False}


def test_two_revisions_that_cannot_be_told_apart_pin_nothing(tmp_path: Path, rules: ScanRules) -> None:
    other = "b" * 40
    text = f'models = [{{model = "acme/a-7b", revision = "{COMMIT}"}}, {{model = "acme/a-7b", revision = "{other}"}}]\n'
    scan = _scan(tmp_path, rules, "a.toml", text)
    assert scan.references
    assert not any(one.pinned for one in scan.references)


def test_an_alias_is_passed_over_only_beside_a_name(tmp_path: Path, rules: ScanRules) -> None:
    scan = _scan(tmp_path, rules, "a.yaml", "models:\n  - {name: acme/chat, model: acme/a-7b}\n  - {name: acme/b-7b}\n")
    assert [one.target for one in scan.references] == ["acme/a-7b", "acme/b-7b"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "x = 1",
                "'#'",
                '"# a"',
                "# b",
                "  # c",
                "'''",
                '"""',
                "\n",
                "\\\n",
                "'a\\'#'",
                "é",
                " ",
                "f(",
                ")",
                "r'\\'",
            ]
        ),
        max_size=14,
    )
)
def test_comments_are_the_tokenizers(parts: list[str]) -> None:
    text = "".join(parts) + "\n"
    try:
        compile(text, "x", "exec")
        wanted = [
            (token.start[0], token.start[1] + 1, token.string)
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT
        ]
    except (SyntaxError, ValueError, tokenize.TokenError):
        return
    assert [(one.line, one.column, one.text) for one in comments_of(text)] == wanted


def test_a_line_of_marks_is_read_in_time(tmp_path: Path, rules: ScanRules) -> None:
    start = time.process_time()
    _scan(tmp_path, rules, "a.py", '#"' * 60_000 + "\n")
    assert time.process_time() - start < 20


def test_the_collector_is_left_as_it_was(tmp_path: Path, rules: ScanRules) -> None:
    assert gc.isenabled()
    _scan(tmp_path, rules, "a.py", "x = 1\n")
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
