"""The product's acceptance suite: the real command, offline, against a replay of the Hub."""

import pytest

pytest.register_assert_rewrite("tests.end_to_end.expectations")
