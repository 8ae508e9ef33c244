"""Open what a web process needs from outside, once. This module does not know Flask."""

from dataclasses import dataclass

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from coralchunk.accounts import Accounts
from coralchunk.config import Settings
from coralchunk.datasets.corrections_collection import CorrectionsCollection
from coralchunk.datasets.datasets import Datasets, open_datasets
from coralchunk.datasets.training_sets import TrainingSets
from coralchunk.oidc.log_in import OidcLogIn
from coralchunk.pipeline.connection import connect
from coralchunk.pipeline.stores import Stores, open_stores
from coralchunk.recognition.public_models import PublicModels
from coralchunk.recognition.service import Recognition, open_recognition
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.model_repository import ModelRef, ModelRepository, open_model_repository
from coralchunk.storage.objects.places import open_named_store
from coralchunk.storage.registry import Registry
from coralchunk.storage.sql.database import open_database
from coralchunk.surveys.activity import Activity
from coralchunk.surveys.corrections import Corrections
from coralchunk.surveys.error_rates import ErrorRatesOfModels
from coralchunk.surveys.evidence import Evidence
from coralchunk.surveys.heat_stress.service import HeatStressService
from coralchunk.surveys.members import SurveyMembers
from coralchunk.surveys.metadata.service import MetadataService
from coralchunk.surveys.report.service import ReportService
from coralchunk.surveys.review.service import ReviewService
from coralchunk.surveys.service import SurveyService
from coralchunk.surveys.sharing import SurveySharing
from coralchunk.training.answers import AnswerService
from coralchunk.training.classifiers import AnsweringClassifiers
from coralchunk.training.photo_models import PhotoModels
from coralchunk.training.service import Trainings
from coralchunk.training.task_answers import TaskAnswers
from coralchunk.uploads.parts import UploadParts
from coralchunk.uploads.service import ResumableUploads
from coralchunk.uploads.sweep import STORE as UPLOADS
from coralchunk.webhooks.service import Webhooks


@dataclass(frozen=True, slots=True)
class Services:
    """The open connections of one process."""

    settings: Settings
    stores: Stores
    rates: Redis  # to count requests; a slow Redis is treated as down
    models: ModelRepository
    model: ModelRef
    accounts: Accounts
    registry: Registry
    surveys: SurveyService
    corrections: Corrections
    reviews: ReviewService
    reports: ReportService
    metadata: MetadataService
    heat_stress: HeatStressService
    collected: CorrectionsCollection
    datasets: Datasets
    trainings: Trainings
    answering: AnsweringClassifiers
    recognition: Recognition
    task_answers: TaskAnswers
    photo_models: PhotoModels
    training_sets: TrainingSets
    answers: AnswerService
    uploads: ResumableUploads
    webhooks: Webhooks
    survey_sharing: SurveySharing
    survey_members: SurveyMembers
    activity: Activity
    oidc: OidcLogIn


def open_services(settings: Settings, redis_timeout_s: float) -> Services:
    """Open what answers requests. Connects lazily: Redis and database may come up later.

    redis_timeout_s  how long an answer of Redis is waited for
    """
    rates = connect(settings.redis_url, 0.3, Retry(NoBackoff(), 0), connect_timeout_s=0.3)
    models = open_model_repository(settings)
    model = models.find(settings.model)
    database = open_database(settings.database_url, settings.data_dir)
    stores = open_stores(settings, redis_timeout_s)
    registry = Registry(database, models, model)
    images = ImageBlobs(open_named_store(settings, "images"))
    datasets = open_datasets(database, images, settings)
    pictures = open_named_store(settings, "corrections")
    collected = CorrectionsCollection(database, datasets, pictures)
    accounts = Accounts(database)
    answering = AnsweringClassifiers(database, registry)
    training_sets = TrainingSets(
        database, settings, datasets.workspaces, datasets.collections, datasets.images
    )
    surveys = SurveyService(database, stores, models, Evidence(stores))
    corrections = Corrections(database, stores, pictures, models, collected.forget)
    heat_stress = HeatStressService(database)
    reviews = ReviewService(database, stores, surveys, corrections, ErrorRatesOfModels(models))
    return Services(
        settings=settings,
        stores=stores,
        rates=rates,
        models=models,
        model=model,
        accounts=accounts,
        registry=registry,
        surveys=surveys,
        datasets=datasets,
        trainings=Trainings(database, stores, datasets.collections),
        answering=answering,
        training_sets=training_sets,
        answers=AnswerService(database, stores, images, answering, training_sets),
        recognition=open_recognition(database, stores, PublicModels(models, model, registry)),
        photo_models=PhotoModels(database, models, model, accounts),
        uploads=ResumableUploads(UploadParts(open_named_store(settings, UPLOADS)), stores),
        task_answers=TaskAnswers(stores, datasets, settings),
        corrections=corrections,
        reviews=reviews,
        metadata=MetadataService(database),
        heat_stress=heat_stress,
        reports=ReportService(surveys, reviews, heat_stress, stores, models),
        collected=collected,
        webhooks=Webhooks(database, settings),
        survey_sharing=SurveySharing(database, surveys),
        survey_members=SurveyMembers(database),
        activity=Activity(database),
        oidc=OidcLogIn(settings, accounts),
    )
