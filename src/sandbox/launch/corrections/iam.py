"""IAM."""

from ministack.services import iam

from .common import replaces


@replaces(iam, "parse_qs")
def parse_qs(original, text):
    """AWS: a description that is set to nothing is cleared; so what is empty must not get lost."""
    return original(text, keep_blank_values=True)
