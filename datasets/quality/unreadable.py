"""Pictures whose files are gone from the store, or are no longer what they were."""

import hashlib
from collections.abc import Iterator, Sequence

from datasets.quality.finding import Finding
from datasets.store import Store, StoredSample
from datasets.telling import Tell, quiet

__all__ = ["unreadable"]


def unreadable(store: Store, samples: Sequence[StoredSample], tell: Tell = quiet) -> Iterator[Finding]:
    """Reads every file; a picture was readable when it came, so the same bytes still are."""
    good: dict[str, bool] = {}
    for done, sample in enumerate(samples, 1):
        file = store.picture_file(sample.picture, sample.suffix)
        if sample.picture not in good:
            good[sample.picture] = file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sample.picture
        if not good[sample.picture]:
            state = "is damaged" if file.is_file() else "is missing"
            yield Finding("unreadable", "error", sample.title, f"its file {file} {state}; import the set again")
        tell(done, len(samples))
