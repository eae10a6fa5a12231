"""``tf.saved_model.save`` of modules that hold layers."""

from __future__ import annotations

from codemods.rules.api import all_source_rules
from codemods.testing import run

BEFORE = next(rule.before for rule in all_source_rules() if rule.code == "SAV011")
BARE = BEFORE.replace(
    "    @tf.function(input",
    "    @tf.function\n    def again(self, x):\n        return x\n\n    @tf.function(input",
)


def test_a_function_without_a_signature_is_no_endpoint() -> None:
    assert "def again" in BARE
    text = run(BARE, unsafe=True).text
    assert "add_endpoint('score'" in text
    assert "again" not in text.partition("server = ")[2]
