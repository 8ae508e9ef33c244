from pathlib import Path

import pytest
from pydantic import ValidationError

from coralchunk.config import VARIABLES, Settings
from coralchunk.errors.setup import BadSetting


def test_without_any_variable_the_defaults_hold() -> None:
    settings = Settings.from_environment({"PATH": "/bin", "HOME": "/root"})

    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 5001, Path("data"))
    assert settings.workers >= 1
    assert settings.cors_origins == ()
    assert settings.redis_url is None


GOOD = [
    ("CORALCHUNK_HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104 - a value, not a socket
    ("CORALCHUNK_PORT", "65535", "port", 65535),
    ("CORALCHUNK_DATA_DIR", "/srv/reef", "data_dir", Path("/srv/reef")),
    ("CORALCHUNK_WORKERS", "1", "workers", 1),
    ("CORALCHUNK_WEB_WORKERS", "3", "web_workers", 3),
    ("CORALCHUNK_MAX_UPLOAD_MB", "1", "max_upload_mb", 1),
    ("CORALCHUNK_MAX_PIXELS", "1", "max_pixels", 1),
    ("CORALCHUNK_RESULT_TTL", "10", "result_ttl", 10),
    ("CORALCHUNK_RESULT_MAX_SIDE", "0", "result_max_side", 0),
    ("CORALCHUNK_CORS_ORIGINS", "https://a.example", "cors_origins", ("https://a.example",)),
    (
        "CORALCHUNK_CORS_ORIGINS",
        " https://a.example , http://b.example:8080,",
        "cors_origins",
        ("https://a.example", "http://b.example:8080"),
    ),
    ("CORALCHUNK_MODEL", "reef-1.0.0", "model", "reef-1.0.0"),
    ("REDIS_URL", "redis://reef:6379/1", "redis_url", "redis://reef:6379/1"),
    ("CORALCHUNK_STORAGE_URL", "s3://reef/jobs", "storage_url", "s3://reef/jobs"),
    ("DATABASE_URL", "postgresql://db/reef", "database_url", "postgresql://db/reef"),
    ("CORALCHUNK_V1_REQUIRE_TOKEN", "1", "v1_require_token", True),
    ("CORALCHUNK_FETCH_URLS", "1", "fetch_urls", True),
    (
        "CORALCHUNK_FETCH_ALLOW",
        "127.0.0.1:8080, 10.0.0.0/8, ::1, [fd00::/8]:81",
        "fetch_allow",
        ("127.0.0.1:8080", "10.0.0.0/8", "::1", "[fd00::/8]:81"),
    ),
    ("CORALCHUNK_CORALNET_FORMAT", "live", "coralnet_format", "live"),
    ("CORALCHUNK_LOG_LEVEL", "DEBUG", "log_level", "debug"),
]


@pytest.mark.parametrize(("variable", "value", "field", "taken"), GOOD)
def test_a_good_value_is_taken(variable: str, value: str, field: str, taken: object) -> None:
    assert getattr(Settings.from_environment({variable: value}), field) == taken


@pytest.mark.parametrize("variable", VARIABLES.values())
def test_an_empty_variable_is_as_good_as_none(variable: str) -> None:
    assert Settings.from_environment({variable: ""}) == Settings.from_environment({})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CORALCHUNK_PORT", "0"),
        ("CORALCHUNK_PORT", "65536"),
        ("CORALCHUNK_PORT", "http"),
        ("CORALCHUNK_WORKERS", "0"),
        ("CORALCHUNK_WORKERS", "many"),
        ("CORALCHUNK_WEB_WORKERS", "0"),
        ("CORALCHUNK_MAX_UPLOAD_MB", "0"),
        ("CORALCHUNK_MAX_UPLOAD_MB", "2.5"),
        ("CORALCHUNK_MAX_PIXELS", "0"),
        ("CORALCHUNK_RESULT_TTL", "9"),
        ("CORALCHUNK_RESULT_MAX_SIDE", "-1"),
        ("CORALCHUNK_CORS_ORIGINS", "*"),
        ("CORALCHUNK_CORS_ORIGINS", "app.example"),
        ("CORALCHUNK_CORS_ORIGINS", "https://app.example/"),
        ("CORALCHUNK_CORS_ORIGINS", "https://app.example,null"),
        ("CORALCHUNK_V1_REQUIRE_TOKEN", "maybe"),
        ("CORALCHUNK_FETCH_ALLOW", "reef.example"),
        ("CORALCHUNK_FETCH_ALLOW", "10.0.0.1/8"),
        ("CORALCHUNK_CORALNET_FORMAT", "dead"),
        ("CORALCHUNK_CORALNET_MAX_IMAGES", "0"),
        ("CORALCHUNK_LOG_LEVEL", "loud"),
        ("CORALCHUNK_PRESIGNED", "1"),
        ("CORALCHUNK_STORAGE_PUBLIC_URL", "store.example"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_that_names_the_variable(variable: str, value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({variable: value})

    assert str(refused.value).startswith(f"{variable}={value!r}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["CORALCHUNK_WORKER", "CORALCHUNK_port", "CORALCHUNK_REDIS_URL", "CORALCHUNK_"]
)
def test_a_misspelt_setting_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({name: "1"})

    assert name in str(refused.value)
    assert "CORALCHUNK_WORKERS" in str(refused.value)


def test_settings_cannot_be_changed() -> None:
    settings = Settings.from_environment({})

    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 80  # type: ignore[misc]
