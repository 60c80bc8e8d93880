"""What the vectors of several files have in common; see make_vectors.py."""

import datetime

import formats as f

TIME = datetime.datetime(2026, 11, 24, 18, 9, 58, tzinfo=datetime.timezone.utc)
CREATED = int(TIME.timestamp()) * 1000 + 123
SIGNER = f.private("ZW sign")
SIGN_CERTIFICATE = f.certificate(SIGNER, "ZW", "sign", TIME)
CERTIFICATE = f.sha256(SIGN_CERTIFICATE)
ROOT = f.sha256(b"some root")
ID = f.message_id(CREATED, "first")


def case(name, data, error=None, **more):
    out = {"name": name, "hex": data.hex(), **more}
    if error:
        out["error"] = error
    return out
