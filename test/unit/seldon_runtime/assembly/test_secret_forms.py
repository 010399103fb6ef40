"""What counts as a credential in a text, and what does not."""

from __future__ import annotations

import pytest
from seldon_runtime.assembly.secret_forms import passwords_in

# Made up, and put together here, so that no scanner takes this file for a leak.
HUGGING_FACE = "hf_" + "aBcD" * 8 + "eF"
GITHUB = "ghp_" + "aB1c" * 9
GITLAB = "glpat-" + "aB1-c" * 4
AWS_KEY, AWS_SECRET = "AKIA" + "Q7RS" * 4, "aB3/" * 10


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("https://reader:pa55word@pypi.example.com/simple", "pa55word"),
        ("https://t0ken@pypi.example.com/simple", "t0ken"),
        (f"git+https://{GITHUB}@github.com/shop/x.git", GITHUB),
        (f"url = https://oauth2:{GITLAB}@gitlab.example.com/x.git", GITLAB),
        ("redis://:pa55word@redis:6379/0", "pa55word"),
        ("machine pypi.example.com login reader password pa55word", "pa55word"),
        ("machine pypi.example.com\n  login reader\n  password pa55word", "pa55word"),
        (f"HF_TOKEN={HUGGING_FACE}", HUGGING_FACE),
        (f'token = "{GITHUB}"', GITHUB),
        (f"key: {GITLAB}", GITLAB),
        (f"AWS_ACCESS_KEY_ID={AWS_KEY}", AWS_KEY),
        (f"aws_secret_access_key = {AWS_SECRET}", AWS_SECRET),
        ("extraheader = AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46", "eC1hY2Nlc3MtdG9rZW46"),
    ],
)
def test_a_password_and_a_token_are_known_by_their_form(text: str, secret: str) -> None:
    assert secret in passwords_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://pypi.example.com/simple",
        "https://${USER}:${TOKEN}@pypi.example.com/simple",
        "https://reader:$PASSWORD@pypi.example.com",
        "https://{user}:{password}@pypi.example.com",
        "https://%s:%s@pypi.example.com",
        "https://<user>:<password>@pypi.example.com",
        "https://user:password@pypi.example.com",
        "https://reader:****@pypi.example.com/simple",
        "amqp://guest:guest@localhost",
        "ssh://git@example.com/x.git",
        "git+ssh://git@github.com/shop/x.git",
        "git+https://git@github.com/shop/x.git",
        "https://shop-reader@bitbucket.org/shop/x.git",
        "https://shop@dev.azure.com/shop/project/_git/x",
        "me@example.com",
        "the default password is in the manual",
        "hf_model_name, ghp_x, glpat-, AKIA",
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_what_is_none_is_none(text: str) -> None:
    assert list(passwords_in(text)) == []
