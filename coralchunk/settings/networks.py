"""Define the settings of uploaded networks and of training."""

from typing import Annotated

from pydantic import BaseModel, Field

from coralchunk.settings.values import Count


class NetworkSettings(BaseModel):
    """Limits of networks that users upload, and of classifiers that are trained here."""

    network_max_mb: Annotated[int, Field(ge=1, le=2000)] = Field(
        256, description="largest network that may be uploaded, with its mean files, MB"
    )
    network_memory_mb: Annotated[int, Field(ge=64, le=65_536)] = Field(
        2048, description="memory that an uploaded network may use, MB"
    )
    network_timeout: Annotated[float, Field(gt=0, le=250)] = Field(
        30.0, description="longest time for loading an uploaded network, and for running it, seconds"
    )
    networks_per_user: Annotated[int, Field(ge=1, le=100_000)] = Field(
        100, description="most uploaded networks per user"
    )
    training_min_images: Annotated[int, Field(ge=1)] = Field(
        10, description="fewest images of a label that a training uses"
    )
    training_max_images: Annotated[int, Field(ge=1)] = Field(
        20_000, description="most images that a classifier is trained on"
    )
    training_parallel: Count = Field(1, description="most classifiers that are trained at once")
    training_threads: Count = Field(
        2, description="images that a training processes in parallel, at a lower CPU priority than photos"
    )
    training_timeout: Annotated[int, Field(ge=1)] = Field(
        3600, description="longest time that a training may take, seconds"
    )
    training_memory_mb: Annotated[int, Field(ge=256)] = Field(
        6144, description="most memory that a training may reserve, MB (2^20 bytes)"
    )
