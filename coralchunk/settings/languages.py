"""Define the settings of the other API languages."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from coralchunk.settings.values import Count


class LanguageSettings(BaseModel):
    """Limits of CoralNet's, API Torch's and Ximilar's API."""

    coralnet_format: Literal["published", "live"] = Field(
        "published",
        description="form of the results of `/api/deploy_job/`: `published` or `live`",
    )
    coralnet_max_images: Count = Field(100, description="most photos in one request to `/api/classifier/`")
    coralnet_max_points: Count = Field(200, description="most points per photo in such a request")
    coralnet_max_jobs: Count = Field(5, description="most active jobs of this kind per user")
    dataset_max_images: Annotated[int, Field(ge=1)] = Field(
        100_000, description="most training images per workspace, and therefore per collection"
    )
    dataset_max_labels: Annotated[int, Field(ge=1)] = Field(
        10_000, description="most labels and most collections per workspace; most workspaces per user"
    )
    dataset_image_mb: Annotated[int, Field(ge=1, le=4096)] = Field(
        32,
        description="largest training image, and largest image in a classification request, MB (10^6 bytes)",
    )
    dataset_request_mb: Annotated[int, Field(ge=1, le=4096)] = Field(
        128, description="largest JSON request with images, MB; base64 needs a third more than the file"
    )
    dataset_name_length: Annotated[int, Field(ge=20, le=200)] = Field(
        200, description="longest name of a label, collection or workspace, characters"
    )
    feedback_ttl: Annotated[int, Field(ge=60)] = Field(
        2_592_000,
        description="how long `/api/classify` keeps an image and its classification for feedback, seconds",
    )
    ximilar_min_images: Annotated[int, Field(ge=2, le=10_000)] = Field(
        20, description="fewest images of each label that `/recognition/v2/task/.../train` takes"
    )
    ximilar_max_records: Count = Field(
        10, description="most images in one request to `/recognition/v2/classify`"
    )
