"""The parts for LangChain, in chains as other people build them."""

import asyncio
import re
import runpy
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from corpus.errors import NewsdeskError
from rag import Assistant, Filters, Settings
from rag.chain import ArchiveRetriever, answer_runnable
from tests.model_server import ModelServer
from tests.rag.conftest_answers import NOT_HELD, TOLL, newsroom, place, with_model
from tests.shared_embedder import shared_embedder

ROOT = Path(__file__).parents[2]
TRUE = "The Selmouth harbour toll rises from 9 to 12 crowns on 1 June 2024"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return newsroom(tmp_path_factory.getbasetemp() / "newsroom")


@pytest.fixture(scope="module")
def assistant(data: Path) -> Iterator[Assistant]:
    with Assistant(Settings(data_dir=data), embedder=shared_embedder()) as opened:
        yield opened


def test_documents_are_what_search_finds(assistant: Assistant) -> None:
    documents = ArchiveRetriever(assistant=assistant, k=2).invoke(TOLL)
    passages = assistant.search(TOLL, 2)
    assert [d.id for d in documents] == [p.chunk.id for p in passages]
    first = documents[0]
    assert first.page_content == passages[0].chunk.text
    assert {
        "article_id": "toll", "outlet": "Coast Wire", "published_at": "2024-03-05T08:00:00+00:00", "url": "", "rank": 1,
        "start": 0, "end": len(first.page_content), "title": "Selmouth harbour toll goes up in June",
    }.items() <= first.metadata.items()  # fmt: skip
    assert first.metadata["score"] == pytest.approx(passages[0].score, abs=1e-6)


def test_a_retriever_filters_and_works_asynchronously(assistant: Assistant) -> None:
    retriever = ArchiveRetriever(assistant=assistant, filters=Filters(since=datetime(2024, 7, 1, tzinfo=UTC)))
    documents = asyncio.run(retriever.ainvoke("crowns"))
    assert [d.metadata["article_id"] for d in documents] == ["ferry"]


def test_pieces_add_up_to_the_answer(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.reply = lambda body: f"{TRUE} [{place(str(body['messages'][-1]['content']), 'toll rises')}]."
    chain = answer_runnable(with_model(assistant, model_server.url))
    pieces = list(chain.stream(TOLL))
    assert list(pieces[0]) == ["context"]
    assert len([piece for piece in pieces if "draft" in piece]) > 3
    assert list(pieces[-1]) == ["answer", "result"]
    whole = chain.invoke(TOLL)
    assert whole["answer"] == f"{TRUE} [1]."
    assert whole["draft"] == "".join(piece.get("draft", "") for piece in pieces)
    assert re.sub(r"\d+\]", "", whole["draft"]) == re.sub(r"\d+\]", "", whole["answer"])
    assert whole["context"][0].metadata["article_id"] == "toll"
    assert whole["result"].citations[0].passage.article.id == "toll"


def test_asynchronously_it_says_the_same(assistant: Assistant) -> None:
    chain = answer_runnable(assistant)

    async def run() -> tuple[list[str], str]:
        keys = [key async for piece in chain.astream(TOLL) for key in piece]
        return keys, (await chain.ainvoke(TOLL))["answer"]

    keys, answer = asyncio.run(run())
    assert keys == ["context", "draft", "answer", "result"]
    assert answer == chain.invoke(TOLL)["answer"]


def test_earlier_turns_in_the_forms_of_langchain(assistant: Assistant) -> None:
    chain = answer_runnable(assistant)
    history = [HumanMessage(TOLL), AIMessage(f"{TRUE} [1].")]
    question = "Who is the harbour master there?"
    answers = [
        chain.invoke({"question": question, "history": turns})["result"]
        for turns in (history, [("human", TOLL), ("ai", f"{TRUE} [1].")])
    ]
    assert all("Selmouth" in answer.standalone for answer in answers)
    assert answers[0].text == answers[1].text


def test_in_a_chain_of_somebody_else(assistant: Assistant) -> None:
    before: Runnable[str, str] = RunnableLambda(lambda topic: f"When does the {topic} rise?")
    chain = before | answer_runnable(assistant).pick("answer") | StrOutputParser()
    assert chain.invoke("Selmouth harbour toll").startswith(
        f"**Coast Wire, 5 March 2024 – Selmouth harbour toll goes up in June**\n{TRUE}"
    )
    retriever = ArchiveRetriever(assistant=assistant, k=1)
    told = RunnablePassthrough.assign(docs=lambda x: retriever.invoke(x["question"])).invoke({"question": TOLL})
    assert told["docs"][0].metadata["article_id"] == "toll"


def test_what_is_not_held_and_what_is_no_question(assistant: Assistant) -> None:
    chain = answer_runnable(assistant)
    assert chain.invoke(NOT_HELD)["result"].status == "not_found"
    with pytest.raises(NewsdeskError, match="empty"):
        chain.invoke("  ")
    with pytest.raises(ValueError, match="the input must be a question"):
        chain.invoke({"input": TOLL})


def test_the_example_of_the_document_runs(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "langchain.md").read_text("utf-8"), re.DOTALL)
    shutil.copytree(data, tmp_path / "data")
    file = tmp_path / "example.py"
    file.write_text(example, "utf-8")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(file), run_name="__main__")  # A warning is an error here too.
    printed = capfd.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert lines[0] == "Coast Wire 2024-03-05T08:00:00+00:00 Selmouth harbour toll goes up in June"
    assert lines[3:6] == ["['context']", "['draft']", "['answer', 'result']"]
    assert lines[6].startswith("answered [")
    assert "12 CROWNS" in printed.out
