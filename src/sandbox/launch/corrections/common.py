"""What corrections are made with."""

import base64
import functools
import json
import sys

from ministack.core.responses import get_account_id, get_region, json_response, new_uuid


def replaces(module, name):
    """Puts the decorated function in the place of `module.name`, which it is given as its first argument."""
    original = getattr(module, name, None)
    if not callable(original):
        sys.exit(f"this ministack has no {module.__name__}.{name} to correct")

    def put(function):
        setattr(module, name, functools.partial(function, original))
        return function

    return put


def answers(module, name, known=True):
    """Has `module` answer the action `name` with the decorated function; it is given the original first, if known."""
    original = module._ACTION_MAP.get(name)
    if callable(original) != known:
        sys.exit(f"this ministack has {'no' if known else 'an'} action {name} of {module.__name__} to correct")

    def put(function):
        module._ACTION_MAP[name] = functools.partial(function, original) if known else function
        return function

    return put


def edited(response, edit):
    """`response` with its JSON body passed through `edit`; an error as it is."""
    status, _, body = response
    if status != 200:
        return response
    document = json.loads(body)
    edit(document)
    return json_response(document)


def drop_empty(document, *keys):
    """AWS: a member that has nothing to say is left out."""
    for key in keys:
        if not document.get(key):
            document.pop(key, None)


def page(answer, key, token, size, following):
    """Leaves at most `size` items under `key`, from where `token` says, and a token for the rest as `following`."""
    start = int(base64.b64decode(token)) if token else 0
    end = start + size
    if end < len(answer[key]):
        answer[following] = base64.b64encode(str(end).encode()).decode()
    answer[key] = answer[key][start:end]


def kms_key():
    """The ARN of the key that AWS manages for a service, where a request names none."""
    return f"arn:aws:kms:{get_region()}:{get_account_id()}:key/{new_uuid()}"
