"""Describe the bodies of survey members and of the audit log."""

from typing import Annotated

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.v1.survey_bodies import RoleName


class NewRole(BodyModel):
    """The role that a user gets in a survey."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: RoleName = Field(
        description="viewer: reads and exports. annotator: also corrects and reviews. admin: also changes,"
        " deletes, shares and invites"
    )


class SurveyMemberResponse(BodyModel):
    """A user who may use a survey."""

    model_config = ConfigDict(extra="forbid")

    name: str
    role: RoleName
    is_owner: bool = Field(description="Whether they created the survey; the owner stays an admin")
    added_at: float = Field(description="Unix seconds")


class SurveyMemberList(BodyModel):
    """The users of a survey, the owner first."""

    model_config = ConfigDict(extra="forbid")

    members: list[SurveyMemberResponse]


class AuditEventResponse(BodyModel):
    """What somebody did."""

    model_config = ConfigDict(extra="forbid")

    event_id: Annotated[int, Field(ge=1, lt=2**31)]
    at: float = Field(description="Unix seconds")
    user: str | None = Field(
        description="Name at that time, also of users who are deleted by now; null: the operator"
    )
    token_id: int | None
    action: str = Field(examples=["role-set", "export", "survey-deleted"])
    survey_id: int | None
    target: str = Field(description="In words", examples=["ben: annotator", "survey.csv", "token 3"])


class AuditEventList(BodyModel):
    """A page of the audit log, newest first."""

    model_config = ConfigDict(extra="forbid")

    events: list[AuditEventResponse]
    next: int | None = Field(description="`before` of the next page; null on the last one")
