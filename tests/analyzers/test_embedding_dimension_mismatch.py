"""BC801 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import (
    apply_all_fixes,
    check_findings,
    check_fix,
    project_of,
    split_fixture,
)


def test_flag_pgvector_same_file() -> None:
    check_findings(
        "BC801",
        """
        from pgvector.sqlalchemy import Vector
        from sqlalchemy import Column
        from openai import OpenAI
        client = OpenAI()
        class Chunk(Base):
            __tablename__ = "chunks"
            embedding = Column(Vector(768))
                                    # ^^^ BC801
        def embed(t):
            return client.embeddings.create(model="text-embedding-3-small", input=t).data[0].embedding
        """,
    )


def test_flag_constants() -> None:
    check_findings(
        "BC801",
        """
        EMBEDDING_MODEL = "text-embedding-ada-002"
        EMBEDDING_DIM = 1024
                      # ^^^^ BC801
        """,
    )


def test_flag_settings() -> None:
    check_findings(
        "BC801",
        """
        from pydantic_settings import BaseSettings
        class S(BaseSettings):
            embedding_model: str = "voyage-3-large"
            embedding_dimension: int = 1536
                                     # ^^^^ BC801
        """,
    )


def test_flag_dict() -> None:
    check_findings(
        "BC801",
        """
        CONFIG = {"model": "BAAI/bge-base-en-v1.5", "embedding_dim": 1024}
                                                                   # ^^^^ BC801
        """,
    )


def test_flag_call() -> None:
    check_findings(
        "BC801",
        """
        cfg = Config(embedding_model="embed-english-v3.0", embedding_dim=768)
                                                                       # ^^^ BC801
        """,
    )


def test_flag_qdrant() -> None:
    check_findings(
        "BC801",
        """
        from qdrant_client import QdrantClient, models
        from sentence_transformers import SentenceTransformer
        m = SentenceTransformer("sentence-transformers/all-MiniLM-L6-v2")
        c = QdrantClient()
        c.create_collection("x", vectors_config=models.VectorParams(size=768))
                                                                       # ^^^ BC801
        """,
    )


def test_flag_faiss() -> None:
    check_findings(
        "BC801",
        """
        import faiss
        from sentence_transformers import SentenceTransformer
        m = SentenceTransformer("all-mpnet-base-v2")
        index = faiss.IndexFlatL2(384)
                                # ^^^ BC801
        """,
    )


def test_flag_milvus() -> None:
    check_findings(
        "BC801",
        """
        from pymilvus import FieldSchema, DataType
        from openai import OpenAI
        f = FieldSchema(name="v", dtype=DataType.FLOAT_VECTOR, dim=1536)
                                                                 # ^^^^ BC801
        def e(c, t):
            return c.embeddings.create(model="text-embedding-3-large", input=t)
        """,
    )


def test_flag_pinecone() -> None:
    check_findings(
        "BC801",
        """
        from pinecone import Pinecone
        pc = Pinecone()
        pc.create_index(name="x", dimension=1536, metric="cosine")
                                          # ^^^^ BC801
        def e(c, t):
            return c.embeddings.create(model="text-embedding-3-large", input=t)
        """,
    )


def test_flag_elastic() -> None:
    check_findings(
        "BC801",
        """
        MAPPING = {"properties": {"v": {"type": "dense_vector", "dims": 768}}}
                                                                      # ^^^ BC801
        MODEL = "intfloat/multilingual-e5-large"
        """,
    )


def test_flag_dimension_via_constant() -> None:
    check_findings(
        "BC801",
        """
        from pgvector.sqlalchemy import Vector
        DIM = 1536
            # ^^^^ BC801
        class C(Base):
            __tablename__ = "c"
            v = mapped_column(Vector(DIM))
        def e(c, t):
            return c.embed(model="mistral-embed", inputs=t)
        """,
    )


def test_flag_requested() -> None:
    check_findings(
        "BC801",
        """
        from qdrant_client.models import VectorParams
        P = VectorParams(size=3072)
                            # ^^^^ BC801
        def e(c, t):
            return c.embeddings.create(model="text-embedding-3-large", input=t, dimensions=1024)
        """,
    )


def test_flag_cross_column() -> None:
    check_findings(
        "BC801",
        """
        #- models.py
        from pgvector.sqlalchemy import Vector
        class Doc(Base):
            __tablename__ = "docs"
            embedding = mapped_column(Vector(1536))
                                           # ^^^^ BC801
        #- svc.py
        from sentence_transformers import SentenceTransformer
        from models import Doc
        m = SentenceTransformer("BAAI/bge-large-en-v1.5")
        def f(t):
            return Doc(embedding=m.encode(t))
        """,
    )


def test_flag_lone() -> None:
    check_findings(
        "BC801",
        """
        #- models.py
        from pgvector.sqlalchemy import Vector
        class Doc(Base):
            __tablename__ = "docs"
            embedding = mapped_column(Vector(1536))
                                           # ^^^^ BC801.lone
        #- svc.py
        def f(c, t):
            return c.embed(model="embed-multilingual-v3.0", texts=[t])
        """,
    )


def test_flag_other_declaration() -> None:
    check_findings(
        "BC801",
        """
        #- models.py
        from pgvector.sqlalchemy import Vector
        class Doc(Base):
            __tablename__ = "docs"
            embedding = mapped_column(Vector(1536))
                                           # ^^^^ BC801
        #- versions/1.py
        import sqlalchemy as sa
        from alembic import op
        from pgvector.sqlalchemy import Vector
        revision = "1"
        down_revision = None
        def upgrade():
            op.create_table("docs", sa.Column("id", sa.Integer()), sa.Column("embedding", Vector(768)))
        """,
    )


def test_flag_gemini() -> None:
    check_findings(
        "BC801",
        """
        GEMINI_MODEL = "models/gemini-embedding-001"
        VECTOR_SIZE = 768
                    # ^^^ BC801.lone
        """,
    )


def test_flag_ollama() -> None:
    check_findings(
        "BC801",
        """
        import ollama
        from qdrant_client.models import VectorParams
        P = VectorParams(size=1024)
                            # ^^^^ BC801
        def e(t):
            return ollama.embeddings(model="nomic-embed-text", prompt=t)
        """,
    )


def test_flag_lightrag() -> None:
    check_findings(
        "BC801",
        """
        from lightrag.utils import EmbeddingFunc
        async def f(texts):
            return await openai_embed(texts, model="text-embedding-3-large")
        fn = EmbeddingFunc(embedding_dim=1536, max_token_size=8192, func=f)
                                       # ^^^^ BC801
        """,
    )


def test_flag_dataclass() -> None:
    check_findings(
        "BC801",
        """
        from dataclasses import dataclass
        @dataclass
        class EmbeddingSettings:
            model_name: str = "jina-embeddings-v3"
            vector_size: int = 768
                             # ^^^ BC801.lone
        """,
    )


def test_leave_match() -> None:
    check_findings(
        "BC801",
        """
        EMBEDDING_MODEL = "text-embedding-3-small"
        EMBEDDING_DIM = 1536
        """,
    )


def test_leave_requested_() -> None:
    check_findings(
        "BC801",
        """
        from qdrant_client.models import VectorParams
        P = VectorParams(size=1024)
        def e(c, t):
            return c.embeddings.create(model="text-embedding-3-large", input=t, dimensions=1024)
        """,
    )


def test_leave_requested_variable() -> None:
    check_findings(
        "BC801",
        """
        from qdrant_client.models import VectorParams
        P = VectorParams(size=1024)
        def e(c, t, n):
            return c.embeddings.create(model="text-embedding-3-large", input=t, dimensions=n)
        """,
    )


def test_leave_unknown_model() -> None:
    check_findings(
        "BC801",
        """
        EMBEDDING_MODEL = "acme/embedder"
        EMBEDDING_DIM = 1536
        """,
    )


def test_leave_two_models() -> None:
    check_findings(
        "BC801",
        """
        EMBEDDING_DIM = 1536
        def small(c, t):
            return c.embeddings.create(model="text-embedding-3-small", input=t)
        def large(c, t):
            return c.embeddings.create(model="text-embedding-3-large", input=t)
        """,
    )


def test_leave_table() -> None:
    check_findings(
        "BC801",
        """
        SIZES = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072}
        EMBEDDING_DIM = 768
        """,
    )


def test_leave_image_size() -> None:
    check_findings(
        "BC801",
        """
        from PIL import Image
        IMAGE_SIZE = 1024
        MODEL = "text-embedding-3-small"
        def f():
            return resize(size=512)
        """,
    )


def test_leave_no_model() -> None:
    check_findings(
        "BC801",
        """
        from pgvector.sqlalchemy import Vector
        class Doc(Base):
            __tablename__ = "docs"
            embedding = mapped_column(Vector(1536))
        """,
    )


def test_leave_bge_m3() -> None:
    check_findings(
        "BC801",
        """
        from pymilvus import FieldSchema, DataType
        MODEL = "BAAI/bge-m3"
        f = FieldSchema(name="v", dtype=DataType.FLOAT_VECTOR, dim=1024)
        """,
    )


def test_leave_runtime() -> None:
    check_findings(
        "BC801",
        """
        import faiss
        from sentence_transformers import SentenceTransformer
        m = SentenceTransformer("BAAI/bge-m3")
        index = faiss.IndexFlatIP(m.get_sentence_embedding_dimension())
        """,
    )


def test_leave_chunk_size() -> None:
    check_findings(
        "BC801",
        """
        EMBEDDING_MODEL = "text-embedding-3-small"
        CHUNK_SIZE = 512
        BATCH_DIMENSION_LIMIT = 100
        MAX_TOKENS = 8191
        """,
    )


def test_leave_string_column() -> None:
    check_findings(
        "BC801",
        """
        from sqlalchemy import Column, String
        MODEL = "text-embedding-3-small"
        class A(Base):
            __tablename__ = "a"
            name = Column(String(255))
        """,
    )


def test_leave_settings_match() -> None:
    check_findings(
        "BC801",
        """
        from pydantic_settings import BaseSettings
        class S(BaseSettings):
            model: str = "BAAI/bge-small-en-v1.5"
            dimension: int = 384
        """,
    )


def test_leave_cohere_v4_settable() -> None:
    check_findings(
        "BC801",
        """
        cfg = Emb(model="embed-v4.0", output_dimension=1024)
        VECTOR_SIZE = 1024
        """,
    )


def test_leave_same_declaration() -> None:
    check_findings(
        "BC801",
        """
        #- models.py
        from pgvector.sqlalchemy import Vector
        class Doc(Base):
            __tablename__ = "docs"
            embedding = mapped_column(Vector(768))
        #- versions/1.py
        import sqlalchemy as sa
        from alembic import op
        from pgvector.sqlalchemy import Vector
        def upgrade():
            op.create_table("docs", sa.Column("id", sa.Integer()), sa.Column("embedding", Vector(768)))
        """,
    )


def test_leave_comparison() -> None:
    check_findings(
        "BC801",
        """
        EMBEDDING_DIM = 768
        def f(name):
            if name == "text-embedding-3-large":
                return 1
        """,
    )


def test_leave_create_index_other() -> None:
    check_findings(
        "BC801",
        """
        MODEL = "text-embedding-3-small"
        def f(op):
            op.create_index("ix", "t", ["a"], dimension=None)
        """,
    )


def test_leave_test() -> None:
    check_findings(
        "BC801",
        """
        #- tests/test_x.py
        EMBEDDING_MODEL = "text-embedding-3-small"
        EMBEDDING_DIM = 4
        """,
    )


def test_mend_constants_() -> None:
    check_fix(
        "BC801",
        """
        EMBEDDING_MODEL = "text-embedding-ada-002"
        EMBEDDING_DIM = 1024
        """,
        """
        EMBEDDING_MODEL = "text-embedding-ada-002"
        EMBEDDING_DIM = 1536
        """,
    )


def test_mend_vector() -> None:
    check_fix(
        "BC801",
        """
        from pgvector.sqlalchemy import Vector
        class Chunk(Base):
            __tablename__ = "chunks"
            embedding = mapped_column(Vector(768))
        def embed(c, t):
            return c.embeddings.create(model="text-embedding-3-small", input=t)
        """,
        """
        from pgvector.sqlalchemy import Vector
        class Chunk(Base):
            __tablename__ = "chunks"
            embedding = mapped_column(Vector(1536))
        def embed(c, t):
            return c.embeddings.create(model="text-embedding-3-small", input=t)
        """,
    )


def test_mend_dim_name() -> None:
    check_fix(
        "BC801",
        """
        from pgvector.sqlalchemy import Vector
        DIM = 1536
        class C(Base):
            __tablename__ = "c"
            v = mapped_column(Vector(DIM))
        def e(c, t):
            return c.embed(model="mistral-embed", inputs=t)
        """,
        """
        from pgvector.sqlalchemy import Vector
        DIM = 1024
        class C(Base):
            __tablename__ = "c"
            v = mapped_column(Vector(DIM))
        def e(c, t):
            return c.embed(model="mistral-embed", inputs=t)
        """,
    )


def test_mend_settings_() -> None:
    check_fix(
        "BC801",
        """
        from pydantic_settings import BaseSettings
        from pydantic import Field
        class S(BaseSettings):
            embedding_model: str = "voyage-3-large"
            embedding_dimension: int = Field(1536)
        """,
        """
        from pydantic_settings import BaseSettings
        from pydantic import Field
        class S(BaseSettings):
            embedding_model: str = "voyage-3-large"
            embedding_dimension: int = Field(1024)
        """,
    )


def test_mend_call_() -> None:
    check_fix(
        "BC801",
        """
        cfg = Config(embedding_model="embed-english-v3.0", embedding_dim=768)
        """,
        """
        cfg = Config(embedding_model="embed-english-v3.0", embedding_dim=1024)
        """,
    )


def test_mend_cross() -> None:
    check_fix(
        "BC801",
        """
        #- models.py
        from pgvector.sqlalchemy import Vector
        class Doc(Base):
            __tablename__ = "docs"
            embedding = mapped_column(Vector(1536))
        #- svc.py
        from sentence_transformers import SentenceTransformer
        from models import Doc
        m = SentenceTransformer("BAAI/bge-large-en-v1.5")
        def f(t):
            return Doc(embedding=m.encode(t))
        """,
        """
        #- models.py
        from pgvector.sqlalchemy import Vector
        class Doc(Base):
            __tablename__ = "docs"
            embedding = mapped_column(Vector(1024))
        #- svc.py
        from sentence_transformers import SentenceTransformer
        from models import Doc
        m = SentenceTransformer("BAAI/bge-large-en-v1.5")
        def f(t):
            return Doc(embedding=m.encode(t))
        """,
    )


def test_flag_langchain() -> None:
    check_findings(
        "BC801",
        """
        from langchain_openai import OpenAIEmbeddings
        from pinecone import Pinecone
        emb = OpenAIEmbeddings(model="text-embedding-3-large")
        pc = Pinecone(api_key="x")
        pc.create_index(name="docs", dimension=1536)
                                             # ^^^^ BC801
        """,
    )


def test_flag_env_default() -> None:
    check_findings(
        "BC801",
        """
        import os
        EMBEDDING_MODEL = os.getenv("EMBEDDING_MODEL", "text-embedding-3-large")
        EMBEDDING_DIMENSION = 1536
                            # ^^^^ BC801
        """,
    )


def test_flag_dict_index() -> None:
    check_findings(
        "BC801",
        """
        INDEX = {"mappings": {"properties": {"v": {"type": "dense_vector", "dims": 1536}}}}
                                                                                 # ^^^^ BC801
        def e(c, t):
            return c.embeddings.create(model="text-embedding-ada-002x", input=t)
        MODEL = "all-MiniLM-L6-v2"
        """,
    )


def test_flag_redis() -> None:
    check_findings(
        "BC801",
        """
        from redis.commands.search.field import VectorField
        F = VectorField("v", "HNSW", {"TYPE": "FLOAT32", "DIM": 1536})
                                                              # ^^^^ BC801
        def e(c, t):
            return c.embeddings.create(model="text-embedding-3-large", input=t)
        """,
    )


def test_flag_fastembed() -> None:
    check_findings(
        "BC801",
        """
        from fastembed import TextEmbedding
        from qdrant_client import QdrantClient, models
        model = TextEmbedding(model_name="BAAI/bge-small-en-v1.5")
        client = QdrantClient(":memory:")
        client.create_collection("c", vectors_config={"text": models.VectorParams(size=768)})
                                                                                     # ^^^ BC801
        """,
    )


def test_leave_env_dims() -> None:
    check_findings(
        "BC801",
        """
        import os
        EMBEDDING_MODEL = os.getenv("EMBEDDING_MODEL", "text-embedding-3-large")
        EMBEDDING_DIMENSION = int(os.getenv("DIM", "1536"))
        """,
    )


def test_leave_numpy() -> None:
    check_findings(
        "BC801",
        """
        import numpy as np
        MODEL = "text-embedding-3-small"
        x = np.zeros((4, 768))
        """,
    )


def test_leave_docs() -> None:
    check_findings(
        "BC801",
        '''
        """Use text-embedding-3-large with care."""
        EMBEDDING_DIM = 768
        ''',
    )


def test_leave_two_columns() -> None:
    check_findings(
        "BC801",
        """
        from pgvector.sqlalchemy import Vector
        MODEL = "text-embedding-3-small"
        class A(Base):
            __tablename__ = "a"
            v = mapped_column(Vector(1536))
        """,
    )


MISSIZED = """
#- models.py
from openai import OpenAI
from pgvector.sqlalchemy import Vector
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Doc(Base):
    __tablename__ = "docs"
    id = Column(Integer, primary_key=True)
    embedding = Column(Vector(768))
def embedded(text):
    return OpenAI().embeddings.create(input=text, model="text-embedding-3-small")

#- migrations/versions/a1.py
from alembic import op
import sqlalchemy as sa
from pgvector.sqlalchemy import Vector
revision = "a1"
down_revision = None
def upgrade():
    op.create_table("docs", sa.Column("id", sa.Integer()), sa.Column("embedding", Vector(768)))
def downgrade():
    op.drop_table("docs")
"""


def test_the_column_gets_its_size_and_a_revision() -> None:
    files = split_fixture(MISSIZED)
    fixed = apply_all_fixes("BC801", files, lambda fix: True)
    (revision,) = set(fixed) - set(files)
    assert "Column(Vector(1536))" in fixed["models.py"]
    assert fixed["migrations/versions/a1.py"] == files["migrations/versions/a1.py"]
    assert 'down_revision = "a1"' in fixed[revision]
    assert "TYPE vector(1536) USING NULL" in fixed[revision]
    assert "TYPE vector(768) USING NULL" in fixed[revision]
    project = project_of("BC801", fixed, None)
    assert not [finding for path in fixed for finding in project.findings(path)]


def test_a_size_asked_of_a_model_that_has_but_one() -> None:
    check_findings(
        "BC801",
        """
        from lib import Embedder
        first = Embedder(model="text-embedding-ada-002", dimensions=768)
                                                                  # ^^^ BC801
        second = Embedder(model="intfloat/multilingual-e5-large", dim=768)
                                                                    # ^^^ BC801
        third = Embedder(model="text-embedding-3-large", dimensions=1024)
        """,
    )


def test_constants_of_the_module_belong_together() -> None:
    check_findings(
        "BC801",
        """
        class Old:
            model = "thenlper/gte-small"
        EMBEDDING_MODEL = "jinaai/jina-embeddings-v2-base-en"
        EMBEDDING_DIM = 1024
                      # ^^^^ BC801
        """,
    )


def test_a_setting_may_be_the_size_that_another_file_asks_for() -> None:
    check_findings(
        "BC801",
        """
        #- app/settings.py
        class Settings:
            embedding_model: str = "text-embedding-3-large"
            embedding_dim: int = 1024
        settings = Settings()

        #- app/embed.py
        from openai import OpenAI
        from app.settings import settings
        def embed(text):
            return OpenAI().embeddings.create(
                model=settings.embedding_model, dimensions=settings.embedding_dim, input=text
            )
        """,
    )


def test_the_layers_of_a_network_have_a_dim_too() -> None:
    check_findings(
        "BC801",
        """
        from lib import Attention
        MODEL = "text-embedding-3-small"
        embedding = 1
        layer = Attention(dim=64, heads=8)
        """,
    )


def test_presets_of_a_model_of_one_size() -> None:
    check_fix(
        "BC801",
        """
        import os
        EMBEDDING_MODEL = os.getenv("EMBEDDING_MODEL", "thenlper/gte-base")
        EMBEDDING_DIM = int(os.getenv("EMBEDDING_DIM", "1536"))
        """,
        """
        import os
        EMBEDDING_MODEL = os.getenv("EMBEDDING_MODEL", "thenlper/gte-base")
        EMBEDDING_DIM = int(os.getenv("EMBEDDING_DIM", "768"))
        """,
    )


def test_a_model_that_nobody_knows_may_make_the_vectors() -> None:
    check_findings(
        "BC801",
        """
        #- models.py
        from openai import OpenAI
        from pgvector.sqlalchemy import Vector
        from sentence_transformers import SentenceTransformer
        from sqlalchemy.orm import DeclarativeBase, mapped_column

        clip = SentenceTransformer("clip-ViT-B-32")

        class Base(DeclarativeBase): ...

        class Photo(Base):
            __tablename__ = "photos"
            id = mapped_column(primary_key=True)
            image_embedding = mapped_column(Vector(512))

        def described(client: OpenAI, text):
            return client.embeddings.create(model="text-embedding-3-small", input=text)

        #- other.py
        from openai import OpenAI
        from pgvector.sqlalchemy import Vector

        column = Vector(512)
        #               ^^^ BC801

        def described(client: OpenAI, text):
            return client.embeddings.create(model="text-embedding-3-small", input=text)
        """,
    )


def test_flag_django_rows_made_elsewhere() -> None:
    check_findings(
        "BC801",
        """
        #- rag/models.py
        from django.db import models
        from pgvector.django import VectorField
        class Passage(models.Model):
            embedding = VectorField(dimensions=768)
                                             # ^^^ BC801
        #- rag/services.py
        from sentence_transformers import SentenceTransformer
        from .models import Passage
        encoder = SentenceTransformer("all-MiniLM-L6-v2")
        def index(body):
            return Passage.objects.create(body=body, embedding=encoder.encode(body).tolist())
        #- rag/other.py
        from sentence_transformers import SentenceTransformer
        other = SentenceTransformer("all-mpnet-base-v2")
        """,
    )


def test_flag_vectors_of_another_class() -> None:
    """The model is where the vector is made, not where the row is."""
    check_findings(
        "BC801",
        """
        #- repository.py
        from pgvector.sqlalchemy import Vector
        from embedder import Embedder
        class Memory(Base):
            __tablename__ = "memories"
            embedding = mapped_column(Vector(3072))
                                           # ^^^^ BC801
        class Repository:
            def __init__(self, session):
                self.embedder = Embedder()
            def add(self, text):
                memory = Memory()
                memory.embedding = self.embedder.embed(text)
                return memory
        #- embedder.py
        from openai import OpenAI
        class Embedder:
            def __init__(self):
                self.client = OpenAI()
            def embed(self, text):
                made = self.client.embeddings.create(model="text-embedding-3-small", input=text)
                return made.data[0].embedding
        #- other.py
        from sentence_transformers import SentenceTransformer
        other = SentenceTransformer("all-mpnet-base-v2")
        """,
    )


def test_flag_column_of_a_constant() -> None:
    check_findings(
        "BC801",
        """
        #- models.py
        from pgvector.sqlalchemy import Vector
        SIZE = 1024
             # ^^^^ BC801
        class Chunk(Base):
            __tablename__ = "chunks"
            embedding = mapped_column(Vector(SIZE))
        #- pipeline.py
        from langchain_openai import OpenAIEmbeddings
        from sqlalchemy import insert
        from models import Chunk
        emb = OpenAIEmbeddings(model="text-embedding-3-small")
        async def run(session, bodies):
            vectors = await emb.aembed_documents(bodies)
            for body, vector in zip(bodies, vectors):
                await session.execute(insert(Chunk).values(body=body, embedding=vector))
        #- other.py
        from sentence_transformers import SentenceTransformer
        other = SentenceTransformer("all-mpnet-base-v2")
        """,
    )


def test_flag_fields_of_opensearch_and_redis() -> None:
    check_findings(
        "BC801",
        """
        from openai import OpenAI
        OPENSEARCH = {"properties": {"v": {"type": "knn_vector", "dimension": 1536}}}
                                                                            # ^^^^ BC801
        REDIS = {"name": "v", "attrs": {"dims": 768, "distance_metric": "cosine"}}
                                              # ^^^ BC801
        SHAPE = {"name": "plot", "dims": 2048}
        def embed(text):
            return OpenAI().embeddings.create(model="text-embedding-3-large", input=text)
        """,
    )


def test_a_second_column_may_hold_what_another_model_makes() -> None:
    check_findings(
        "BC801",
        """
        #- models.py
        from pgvector.sqlalchemy import Vector
        from sentence_transformers import SentenceTransformer
        from sqlalchemy import Column, Integer
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        encoder = SentenceTransformer("all-MiniLM-L6-v2")
        class Photo(Base):
            __tablename__ = "photos"
            id = Column(Integer, primary_key=True)
            caption_embedding = Column(Vector(384))
            face_embedding = Column(Vector(512))
        class Note(Base):
            __tablename__ = "notes"
            id = Column(Integer, primary_key=True)
            title_embedding = Column(Vector(384))
            text_embedding = Column(Vector(512))
                                         # ^^^ BC801
        def store(session, caption, face, title, text):
            session.add(Photo(caption_embedding=encoder.encode(caption), face_embedding=face))
            session.add(Note(title_embedding=encoder.encode(title), text_embedding=encoder.encode(text)))
        """,
    )


def test_settable_size() -> None:
    """A smaller size may be asked for by code that is not seen; calls that name none say that nobody does."""
    unseen = """
        #- settings.py
        def environment():
            return {"EMBEDDING_MODEL": "text-embedding-3-small", "EMBEDDING_DIM": "1024"}
    """
    call = """
        #- embed.py
        def embed(client, settings, text):
            return client.embeddings.create(model=settings.embedding_model, input=text)
    """
    assert _variants(unseen) == ["lone"]
    assert _variants(unseen.replace("1024", "2048")) == [""]
    assert _variants(unseen + call) == [""]
    assert _variants(unseen + call.replace("input=text", "input=text, dimensions=settings.size")) == []


def test_size_of_another_maker() -> None:
    """A class that makes vectors without the model has a size of its own."""
    source = """
        #- embed.py
        _DEFAULT_DIMENSIONS = 256
        DEFAULT_MODEL = "all-MiniLM-L6-v2"


        class HashingEmbedder:
            dimensions: int = _DEFAULT_DIMENSIONS

            def embed(self, text):
                return hashed(text, self.dimensions)


        class ModelEmbedder:
            model_name: str = DEFAULT_MODEL

            def embed(self, text):
                return load(self.model_name).encode(text)
    """
    assert _variants(source.replace("_DEFAULT_DIMENSIONS", "VECTOR_DIM")) == []
    assert _variants(source) == []
    assert _variants(source.replace("hashed(text,", "load(DEFAULT_MODEL).encode(text,")) == [""]
    # What only stores the vectors takes those of the model.
    assert _variants(source.replace("def embed", "def add", 1)) == [""]


def _variants(fixture: str) -> list[str]:
    project = project_of("BC801", split_fixture(fixture), None)
    return [found.variant for path in sorted(project.results) for found in project.findings(path)]
