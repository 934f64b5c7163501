"""Pictures of whose file something could not be read: what stands there may declare a minor."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.media import UNREAD_PROPERTY


def unread_pictures(pictures: pa.StructArray) -> npt.NDArray[np.bool_]:
    """Pictures whose metadata says so, whatever the values are."""
    metadata = pictures.field("metadata")
    said = pc.equal(metadata.flatten().field("property"), UNREAD_PROPERTY).fill_null(False)
    found = np.zeros(len(pictures), bool)
    found[pc.list_parent_indices(metadata).filter(said).to_numpy()] = True
    return found
