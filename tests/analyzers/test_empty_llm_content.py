"""BC803 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_found() -> None:
    check_findings(
        "BC803",
        r"""
        #- strip.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            return r.choices[0].message.content.strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- direct.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            return client.chat.completions.create(messages=[]).choices[0].message.content.strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- async_json.py
        import json
        from openai import AsyncOpenAI
        client = AsyncOpenAI()
        async def f(x):
            r = await client.chat.completions.create(model="m", messages=[])
            content = r.choices[0].message.content
                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            data = json.loads(content)
            return data

        #- returned_str.py
        import litellm
        def ask(q: str) -> str:
            r = litellm.completion(model="m", messages=[])
            return r.choices[0].message.content
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- acompletion_dict.py
        from litellm import acompletion
        async def ask(q) -> str:
            r = await acompletion(model="m", messages=[])
            return r["choices"][0]["message"]["content"].strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- message_var.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            message = r.choices[0].message
            return message.content.split("\n")
                 # ^^^^^^^^^^^^^^^ BC803

        #- choice_var.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            choice = r.choices[0]
            text = choice.message.content
                 # ^^^^^^^^^^^^^^^^^^^^^^ BC803
            return text[0]

        #- anthropic.py
        import anthropic
        client = anthropic.Anthropic()
        def f(x):
            m = client.messages.create(model="m", max_tokens=3, messages=[])
            return m.content[0].text.strip()
                 # ^^^^^^^^^^^^^^^^^ BC803

        #- anthropic_async_self.py
        from anthropic import AsyncAnthropic
        class A:
            def __init__(self):
                self.client = AsyncAnthropic()
            async def f(self) -> str:
                m = await self.client.messages.create(model="m", max_tokens=3, messages=[])
                return m.content[0].text
                     # ^^^^^^^^^^^^^^^^^ BC803

        #- gemini.py
        from google import genai
        client = genai.Client()
        def f(x):
            r = client.models.generate_content(model="g", contents=x)
            return r.text.strip()
                 # ^^^^^^ BC803

        #- gemini_old.py
        import json
        import google.generativeai as genai
        model = genai.GenerativeModel("gemini-pro")
        def f(x):
            response = model.generate_content(x)
            return json.loads(response.text)
                            # ^^^^^^^^^^^^^ BC803

        #- gemini_candidates.py
        import google.generativeai as genai
        model = genai.GenerativeModel("gemini-pro")
        def f(x):
            response = model.generate_content(x)
            return response.candidates[0].content.parts[0].text.strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- langchain.py
        from langchain_openai import ChatOpenAI
        llm = ChatOpenAI()
        def f(x):
            answer = llm.invoke(x)
            return answer.content.strip()
                 # ^^^^^^^^^^^^^^ BC803

        #- langchain_ainvoke.py
        import json
        from langchain_anthropic import ChatAnthropic
        async def f(x):
            llm = ChatAnthropic(model="c")
            answer = await llm.ainvoke(x)
            return json.loads(answer.content)
                            # ^^^^^^^^^^^^^^ BC803

        #- ollama.py
        import ollama
        def f(x):
            r = ollama.chat(model="m", messages=[])
            return r["message"]["content"].strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- ollama_attr.py
        from ollama import Client
        client = Client()
        def f(x) -> str:
            r = client.chat(model="m", messages=[])
            return r.message.content
                 # ^^^^^^^^^^^^^^^^^ BC803

        #- mistral.py
        from mistralai import Mistral
        client = Mistral(api_key="x")
        def f(x):
            r = client.chat.complete(model="m", messages=[])
            return r.choices[0].message.content.lower()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- stream_concat.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            out = ""
            for chunk in client.chat.completions.create(model="m", messages=[], stream=True):
                out += chunk.choices[0].delta.content
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            return out

        #- check_reads_choice.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if r.choices[0].message.content is None:
             # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
                raise ValueError
            return r.choices[0].message.content.strip()

        #- any_list.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if any([not r.choices, not r.choices[0].message, not r.choices[0].message.content]):
                                                               # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
                return ""
            return r.choices[0].message.content.strip()

        #- only_choices_checked.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                return None
            return r.choices[0].message.content.strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- try_wrapped.py
        import openai
        client = openai.OpenAI()
        def f(x) -> str:
            try:
                r = client.chat.completions.create(model="m", messages=[])
                return r.choices[0].message.content.strip()
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            except openai.OpenAIError:
                return ""

        #- validate_json.py
        from openai import OpenAI
        from pydantic import BaseModel
        class M(BaseModel):
            a: int
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            return M.model_validate_json(r.choices[0].message.content)
                                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- in.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            answer = r.choices[0].message.content
                   # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            return "yes" in answer

        #- completions_text.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.completions.create(model="m", prompt=x)
            return r.choices[0].text.strip()
                 # ^^^^^^^^^^^^^^^^^ BC803

        #- comprehension.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[], n=3)
            return [c.message.content.strip() for c in r.choices]
                  # ^^^^^^^^^^^^^^^^^ BC803

        #- azure_module_level_old.py
        import openai
        def f(x):
            r = openai.ChatCompletion.create(model="m", messages=[])
            return r["choices"][0]["message"]["content"].strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- parameter.py
        def parse(response) -> str:
            return response.choices[0].message.content.strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803

        #- tools.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[], tools=[])
            message = r.choices[0].message
            if message.tool_calls:
                return run(message.tool_calls)
            return message.content.strip()
                 # ^^^^^^^^^^^^^^^ BC803

        #- any_message.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if any([not r.choices, not r.choices[0].message]):
                                     # ^^^^^^^^^^^^ BC803
                raise ValueError
            return clean(r)

        #- param_llm.py
        from langchain_core.language_models import BaseChatModel
        def f(llm: BaseChatModel, x) -> str:
            return llm.invoke(x).content
                 # ^^^^^^^^^^^^^^^^^^^^^ BC803

        #- self_client.py
        from openai import OpenAI
        class S:
            def __init__(self):
                self.client = OpenAI()
            def ask(self, q) -> str:
                resp = self.client.chat.completions.create(model="m", messages=[])
                text = resp.choices[0].message.content
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
                text = text.strip()
                return text

        #- f_json_fence.py
        import json, re
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            raw = client.chat.completions.create(model="m", messages=[]).choices[0].message.content
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            m = re.search(r"\{.*\}", raw)
            return json.loads(m.group())

        #- anthropic_import_from.py
        from anthropic import Anthropic
        def f(x) -> str:
            client = Anthropic()
            resp = client.messages.create(model="c", max_tokens=1, messages=[])
            return resp.content[0].text
                 # ^^^^^^^^^^^^^^^^^^^^ BC803

        #- gemini_self.py
        import google.generativeai as genai
        class G:
            def __init__(self):
                self.model = genai.GenerativeModel("g")
            async def f(self, p) -> str:
                r = await self.model.generate_content_async(p)
                return r.text
                     # ^^^^^^ BC803
        """,
    )


def test_left_alone() -> None:
    check_findings(
        "BC803",
        """
        #- checked_var.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                raise ValueError("no choices")
            content = r.choices[0].message.content
            if not content:
                raise ValueError("empty")
            return content.strip()

        #- or.py
        from openai import OpenAI
        client = OpenAI()
        def f(x) -> str:
            r = client.chat.completions.create(model="m", messages=[])
            return (r.choices[0].message.content or "").strip() if r.choices else ""

        #- walrus.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if r.choices and (content := r.choices[0].message.content):
                return content.strip()
            return None

        #- and.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices or not r.choices[0].message.content:
                return ""
            return r.choices[0].message.content.strip()

        #- optional_return.py
        from openai import OpenAI
        client = OpenAI()
        def f(x) -> str | None:
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                return None
            return r.choices[0].message.content

        #- passed_on.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                return None
            return clean(r.choices[0].message.content)

        #- except_attribute.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            try:
                return r.choices[0].message.content.strip()
            except (AttributeError, IndexError):
                return ""

        #- http_text.py
        import httpx
        import anthropic
        def f(u):
            return httpx.get(u).text.strip()

        #- argparse_choices.py
        import argparse
        p = argparse.ArgumentParser()
        def f(action):
            return action.choices[0].strip()

        #- django_choices.py
        class A:
            def f(self):
                return self.field.choices[0].label.strip()

        #- random.py
        import random
        def f(xs):
            return random.choices(xs)[0].text.strip()

        #- rebind.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if len(r.choices) == 0:
                return ""
            content = r.choices[0].message.content
            if content is None:
                content = ""
            return content.strip()

        #- anthropic_checked.py
        import anthropic
        client = anthropic.Anthropic()
        def f(x):
            m = client.messages.create(model="m", max_tokens=3, messages=[])
            if not m.content:
                raise ValueError(m.stop_reason)
            return m.content[0].text.strip()

        #- anthropic_blocks.py
        import anthropic
        client = anthropic.Anthropic()
        def f(x):
            m = client.messages.create(model="m", max_tokens=3, messages=[])
            return "".join(b.text for b in m.content if b.type == "text")

        #- gemini_checked.py
        from google import genai
        client = genai.Client()
        def f(x):
            r = client.models.generate_content(model="g", contents=x)
            if not r.text:
                return None
            return r.text.strip()

        #- stream.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            for chunk in client.chat.completions.create(model="m", messages=[], stream=True):
                if not chunk.choices:
                    continue
                delta = chunk.choices[0].delta
                if delta.content:
                    yield delta.content

        #- written.py
        def mock(r):
            if r.choices:
                r.choices[0].message.content = "x"
            return r

        #- assert.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            assert r.choices
            content = r.choices[0].message.content
            assert content is not None
            return content.strip()

        #- ternary.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            content = r.choices[0].message.content if r.choices else None
            return content.strip() if content else ""

        #- langchain_checked.py
        from langchain_openai import ChatOpenAI
        llm = ChatOpenAI()
        def f(x):
            answer = llm.invoke(x)
            if not answer.content:
                raise ValueError
            return answer.content.strip()

        #- isinstance.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                return None
            content = r.choices[0].message.content
            if isinstance(content, str):
                return content.strip()
            return None

        #- requests_content.py
        import requests
        def f(u):
            return requests.get(u).content[0]

        #- logged_only.py
        import logging
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if r.choices:
                logging.info("got %s", r.choices[0].message.content)

        #- early_return.py
        from openai import OpenAI
        client = OpenAI()
        async def f(x) -> str:
            r = client.chat.completions.create(model="m", messages=[])
            choice = r.choices[0] if r.choices else None
            text = choice.message.content if choice else None
            if text is None or text.strip() == "":
                return "none"
            return text

        #- delta_rebound.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            out = ""
            for chunk in client.chat.completions.create(model="m", messages=[], stream=True):
                if not chunk.choices:
                    continue
                delta = chunk.choices[0].delta
                if not hasattr(delta, "content") or delta.content is None:
                    delta.content = ""
                out += delta.content
            return out

        #- checked_before.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            ans = ""
            try:
                for resp in client.chat.completions.create(model="m", messages=[], stream=True):
                    if not resp.choices or not resp.choices[0].delta.content:
                        continue
                    ans = resp.choices[0].delta.content
            except Exception as exc:
                ans = ans + str(exc)
            return ans

        #- default_return.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                return {"answer": None}
            return {"answer": r.choices[0].message.content}

        #- none_annotation.py
        from typing import Optional
        from openai import OpenAI
        client = OpenAI()
        def f(x) -> Optional[str]:
            r = client.chat.completions.create(model="m", messages=[])
            if r.choices:
                return r.choices[0].message.content
            return None

        #- try_none.py
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                raise RuntimeError("none")
            content = r.choices[0].message.content
            if content is None or content == "":
                raise RuntimeError(r.choices[0].finish_reason)
            return content.split(",")
        """,
    )


def test_mend_strip_() -> None:
    check_fix(
        "BC803",
        """
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            return r.choices[0].message.content.strip()
        """,
        """
        import logging

        from openai import OpenAI

        logger = logging.getLogger(__name__)
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            content = r.choices[0].message.content if r.choices else None
            if not content:
                finish_reason = r.choices[0].finish_reason if r.choices else None
                logger.error("f: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_mend_direct_() -> None:
    check_fix(
        "BC803",
        """
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            return client.chat.completions.create(model="m", messages=[]).choices[0].message.content.strip()
        """,
        """
        import logging

        from openai import OpenAI

        logger = logging.getLogger(__name__)
        client = OpenAI()
        def f(x):
            response = client.chat.completions.create(model="m", messages=[])
            content = response.choices[0].message.content if response.choices else None
            if not content:
                finish_reason = response.choices[0].finish_reason if response.choices else None
                logger.error("f: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_mend_async_direct() -> None:
    check_fix(
        "BC803",
        """
        import logging
        from openai import AsyncOpenAI
        log = logging.getLogger(__name__)
        client = AsyncOpenAI()
        async def f(x):
            return (await client.chat.completions.create(messages=[])).choices[0].message.content.strip()
        """,
        """
        import logging
        from openai import AsyncOpenAI
        log = logging.getLogger(__name__)
        client = AsyncOpenAI()
        async def f(x):
            response = await client.chat.completions.create(messages=[])
            content = response.choices[0].message.content if response.choices else None
            if not content:
                finish_reason = response.choices[0].finish_reason if response.choices else None
                log.error("f: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_mend_bound() -> None:
    check_fix(
        "BC803",
        """
        import json
        from loguru import logger
        from openai import AsyncOpenAI
        client = AsyncOpenAI()
        async def f(x):
            r = await client.chat.completions.create(model="m", messages=[])
            content = r.choices[0].message.content
            data = json.loads(content)
            return data
        """,
        """
        import json
        from loguru import logger
        from openai import AsyncOpenAI
        client = AsyncOpenAI()
        async def f(x):
            r = await client.chat.completions.create(model="m", messages=[])
            content = r.choices[0].message.content if r.choices else None
            if not content:
                finish_reason = r.choices[0].finish_reason if r.choices else None
                logger.error("f: empty answer, finish_reason={}", finish_reason)
                raise ValueError("the model returned no content")
            data = json.loads(content)
            return data
        """,
    )


def test_mend_message_var_() -> None:
    check_fix(
        "BC803",
        r"""
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            message = r.choices[0].message
            return message.content.split("\n")
        """,
        r"""
        import logging

        from openai import OpenAI

        logger = logging.getLogger(__name__)
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                logger.error("f: answer without choices")
                raise ValueError("the model returned no choices")
            message = r.choices[0].message
            content = message.content
            if not content:
                finish_reason = r.choices[0].finish_reason
                logger.error("f: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return content.split("\n")
        """,
    )


def test_mend_dict() -> None:
    check_fix(
        "BC803",
        """
        def f(r):
            return r["choices"][0]["message"]["content"].strip()
        """,
        """
        import logging

        logger = logging.getLogger(__name__)


        def f(r):
            content = r["choices"][0]["message"]["content"] if r["choices"] else None
            if not content:
                finish_reason = r["choices"][0].get("finish_reason") if r["choices"] else None
                logger.error("f: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_mend_check() -> None:
    check_fix(
        "BC803",
        """
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices[0].message.content:
                return ""
            return r.choices[0].message.content.strip()
        """,
        """
        import logging

        from openai import OpenAI

        logger = logging.getLogger(__name__)
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                logger.error("f: answer without choices")
                raise ValueError("the model returned no choices")
            if not r.choices[0].message.content:
                return ""
            return r.choices[0].message.content.strip()
        """,
    )


def test_mend_anthropic_() -> None:
    check_fix(
        "BC803",
        """
        import anthropic
        client = anthropic.Anthropic()
        def f(x):
            m = client.messages.create(model="m", max_tokens=3, messages=[])
            return m.content[0].text.strip()
        """,
        """
        import logging

        import anthropic

        logger = logging.getLogger(__name__)
        client = anthropic.Anthropic()
        def f(x):
            m = client.messages.create(model="m", max_tokens=3, messages=[])
            content = m.content[0].text if m.content else None
            if not content:
                logger.error("f: empty answer, stop_reason=%s", m.stop_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_mend_anthropic_bound() -> None:
    check_fix(
        "BC803",
        """
        import anthropic
        client = anthropic.Anthropic()
        def f(x) -> str:
            m = client.messages.create(model="m", max_tokens=3, messages=[])
            text = m.content[0].text
            return text
        """,
        """
        import logging

        import anthropic

        logger = logging.getLogger(__name__)
        client = anthropic.Anthropic()
        def f(x) -> str:
            m = client.messages.create(model="m", max_tokens=3, messages=[])
            text = m.content[0].text if m.content else None
            if not text:
                logger.error("f: empty answer, stop_reason=%s", m.stop_reason)
                raise ValueError("the model returned no content")
            return text
        """,
    )


def test_mend_gemini_() -> None:
    check_fix(
        "BC803",
        """
        from google import genai
        client = genai.Client()
        def f(x):
            r = client.models.generate_content(model="g", contents=x)
            return r.text.strip()
        """,
        """
        import logging

        from google import genai

        logger = logging.getLogger(__name__)
        client = genai.Client()
        def f(x):
            r = client.models.generate_content(model="g", contents=x)
            content = r.text
            if not content:
                finish_reason = r.candidates[0].finish_reason if r.candidates else None
                logger.error("f: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_mend_gemini_direct() -> None:
    check_fix(
        "BC803",
        """
        from google import genai
        client = genai.Client()
        def f(x):
            return client.models.generate_content(model="g", contents=x).text.strip()
        """,
        """
        import logging

        from google import genai

        logger = logging.getLogger(__name__)
        client = genai.Client()
        def f(x):
            response = client.models.generate_content(model="g", contents=x)
            content = response.text
            if not content:
                finish_reason = (
                    response.candidates[0].finish_reason if response.candidates else None
                )
                logger.error("f: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_mend_langchain_() -> None:
    check_fix(
        "BC803",
        """
        from langchain_openai import ChatOpenAI
        llm = ChatOpenAI()
        def f(x):
            answer = llm.invoke(x)
            return answer.content.strip()
        """,
        """
        import logging

        from langchain_openai import ChatOpenAI

        logger = logging.getLogger(__name__)
        llm = ChatOpenAI()
        def f(x):
            answer = llm.invoke(x)
            content = answer.content
            if not content:
                finish_reason = answer.response_metadata.get("finish_reason")
                logger.error("f: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_mend_ollama_() -> None:
    check_fix(
        "BC803",
        """
        import ollama
        def f(x):
            r = ollama.chat(model="m", messages=[])
            return r["message"]["content"].strip()
        """,
        """
        import logging

        import ollama

        logger = logging.getLogger(__name__)
        def f(x):
            r = ollama.chat(model="m", messages=[])
            content = r["message"]["content"]
            if not content:
                done_reason = r.get("done_reason")
                logger.error("f: empty answer, done_reason=%s", done_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_mend_delta() -> None:
    check_fix(
        "BC803",
        """
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            out = ""
            for chunk in client.chat.completions.create(model="m", messages=[], stream=True):
                out += chunk.choices[0].delta.content
            return out
        """,
        """
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            out = ""
            for chunk in client.chat.completions.create(model="m", messages=[], stream=True):
                if not chunk.choices:
                    continue
                out += chunk.choices[0].delta.content or ""
            return out
        """,
    )


def test_mend_choices_hint() -> None:
    check_fix(
        "BC803",
        """
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            content = r.choices[0].message.content
            if not content:
                return None
            return content.strip()
        """,
        """
        import logging

        from openai import OpenAI

        logger = logging.getLogger(__name__)
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices:
                logger.error("f: answer without choices")
                raise ValueError("the model returned no choices")
            content = r.choices[0].message.content
            if not content:
                return None
            return content.strip()
        """,
    )


def test_mend_text() -> None:
    check_fix(
        "BC803",
        """
        from openai import OpenAI
        client = OpenAI()
        class A:
            def f(self, x):
                try:
                    r = client.completions.create(model="m", prompt=x)
                    return r.choices[0].text.strip()
                except Exception:
                    raise
        """,
        """
        import logging

        from openai import OpenAI

        logger = logging.getLogger(__name__)
        client = OpenAI()
        class A:
            def f(self, x):
                try:
                    r = client.completions.create(model="m", prompt=x)
                    content = r.choices[0].text if r.choices else None
                    if not content:
                        finish_reason = r.choices[0].finish_reason if r.choices else None
                        logger.error("f: empty answer, finish_reason=%s", finish_reason)
                        raise ValueError("the model returned no content")
                    return content.strip()
                except Exception:
                    raise
        """,
    )


def test_mend_any_message_() -> None:
    check_fix(
        "BC803",
        """
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if any([not r.choices, not r.choices[0].message]):
                raise ValueError
            return clean(r)
        """,
        """
        from openai import OpenAI
        client = OpenAI()
        def f(x):
            r = client.chat.completions.create(model="m", messages=[])
            if not r.choices or not r.choices[0].message:
                raise ValueError
            return clean(r)
        """,
    )


def test_flag_cross_langchain() -> None:
    check_findings(
        "BC803",
        """
        #- llm.py
        from langchain_openai import ChatOpenAI
        llm = ChatOpenAI(model="x")
        #- svc.py
        import langchain
        from llm import llm
        def f(x):
            return llm.invoke(x).content.strip()
                 # ^^^^^^^^^^^^^^^^^^^^^ BC803
        """,
    )


def test_leaves_a_text_that_a_parser_refuses_to_the_handler_that_expects_it() -> None:
    check_findings(
        "BC803",
        """
        import json
        from langchain_openai import ChatOpenAI
        from openai import OpenAI

        def listed(question):
            answer = ChatOpenAI().invoke(question).content
            try:
                return json.loads(answer)
            except json.JSONDecodeError:
                return []

        def asked(messages):
            answer = OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
            try:
                return json.loads(answer.choices[0].message.content)
                                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            except json.JSONDecodeError:
                return []
        """,
    )


def test_the_first_block_may_be_the_call_of_a_tool() -> None:
    check_fix(
        "BC803",
        """
        import json
        import logging
        import anthropic
        logger = logging.getLogger(__name__)
        client = anthropic.Anthropic()
        def plan(tools):
            reply = client.messages.create(model="claude", max_tokens=100, messages=[], tools=tools)
            return json.loads(reply.content[0].text)
        """,
        """
        import json
        import logging
        import anthropic
        logger = logging.getLogger(__name__)
        client = anthropic.Anthropic()
        def plan(tools):
            reply = client.messages.create(model="claude", max_tokens=100, messages=[], tools=tools)
            content = next((block.text for block in reply.content if block.type == "text"), None)
            if not content:
                logger.error("plan: empty answer, stop_reason=%s", reply.stop_reason)
                raise ValueError("the model returned no content")
            return json.loads(content)
        """,
    )


def test_mend_where_reading_raises() -> None:
    """The older client of Gemini raises at `.text` of an answer that was blocked."""
    check_fix(
        "BC803",
        """
        import json
        import logging
        import google.generativeai as legacy
        logger = logging.getLogger(__name__)
        model = legacy.GenerativeModel("gemini-1.5-pro")
        def f(x):
            return json.loads(model.generate_content(x).text)
        """,
        """
        import json
        import logging
        import google.generativeai as legacy
        logger = logging.getLogger(__name__)
        model = legacy.GenerativeModel("gemini-1.5-pro")
        def f(x):
            response = model.generate_content(x)
            content = (
                response.text
                if response.candidates and response.candidates[0].content.parts
                else None
            )
            if not content:
                finish_reason = (
                    response.candidates[0].finish_reason if response.candidates else None
                )
                logger.error("f: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return json.loads(content)
        """,
    )


def test_mend_where_a_file_has_both_clients_of_gemini() -> None:
    """The newer client may give a candidate without content, of which no parts can be asked."""
    has_parts = "r.candidates and r.candidates[0].content and r.candidates[0].content.parts"
    check_fix(
        "BC803",
        """
        import logging
        import google.generativeai as legacy
        from google import genai
        logger = logging.getLogger(__name__)
        client = genai.Client()
        def words(text):
            r = client.models.generate_content(model="gemini-2.0-flash", contents=text)
            return r.text.split()
        """,
        f"""
        import logging
        import google.generativeai as legacy
        from google import genai
        logger = logging.getLogger(__name__)
        client = genai.Client()
        def words(text):
            r = client.models.generate_content(model="gemini-2.0-flash", contents=text)
            content = (
                r.text
                if {has_parts}
                else None
            )
            if not content:
                finish_reason = r.candidates[0].finish_reason if r.candidates else None
                logger.error("words: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return content.split()
        """,
    )


def test_the_text_of_an_old_completion_may_be_joined_and_asked_how_it_begins() -> None:
    check_findings(
        "BC803",
        """
        import json


        def begins_with_tool(chunk):
            return chunk["choices"][0]["text"].startswith("<tool_call>")
                 # ^^^^^^^^^^^^^^^^^^^ BC803.choices


        def name_of_tool(chunk):
            return chunk["choices"][0]["text"][len("functions.") :]
                 # ^^^^^^^^^^^^^^^^^^^ BC803.choices


        def first_letter(chunk):
            return chunk["choices"][0]["text"][0]
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803


        def echoed(client, prompt):
            result = client.completions.create(model="davinci", prompt=prompt)
            return [prompt + choice.text for choice in result.choices]


        def parsed(chunk):
            return json.loads(chunk["choices"][0]["text"])
                            # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
        """,
    )


def test_an_answer_that_is_compared_with_words_may_be_none() -> None:
    check_findings(
        "BC803",
        """
        from openai import OpenAI

        def agrees():
            completion = OpenAI().chat.completions.create(model="gpt-4o", messages=[])
            if completion.choices[0].message.content == "yes":
             # ^^^^^^^^^^^^^^^^^^^^^ BC803.choices
                return True
            return False
        """,
    )


def test_mends_what_a_comprehension_goes_through() -> None:
    check_fix(
        "BC803",
        """
        import logging
        from google import genai
        logger = logging.getLogger(__name__)
        client = genai.Client()
        def words(prompt):
            reply = client.models.generate_content(model="m", contents=prompt)
            return [word.strip() for word in reply.text.split(",")]
        """,
        """
        import logging
        from google import genai
        logger = logging.getLogger(__name__)
        client = genai.Client()
        def words(prompt):
            reply = client.models.generate_content(model="m", contents=prompt)
            content = reply.text
            if not content:
                finish_reason = reply.candidates[0].finish_reason if reply.candidates else None
                logger.error("words: empty answer, finish_reason=%s", finish_reason)
                raise ValueError("the model returned no content")
            return [word.strip() for word in content.split(",")]
        """,
    )


def test_a_list_of_texts_is_made_in_a_loop_that_leaves_where_one_is_empty() -> None:
    check_fix(
        "BC803",
        """
        import logging
        from langchain_anthropic import ChatAnthropic
        from openai import OpenAI
        logger = logging.getLogger(__name__)
        client = OpenAI()
        llm = ChatAnthropic()
        def translate(texts):
            answers = [client.chat.completions.create(model="gpt-4o", messages=[t]) for t in texts]
            return [answer.choices[0].message.content.strip() for answer in answers if answer.choices]
        def plan(goal):
            reply = llm.invoke(goal)
            return reply.content.strip()
        """,
        """
        import logging
        from langchain_anthropic import ChatAnthropic
        from openai import OpenAI
        logger = logging.getLogger(__name__)
        client = OpenAI()
        llm = ChatAnthropic()
        def translate(texts):
            answers = [client.chat.completions.create(model="gpt-4o", messages=[t]) for t in texts]
            contents = []
            for answer in answers:
                if answer.choices:
                    content = answer.choices[0].message.content
                    if not content:
                        finish_reason = answer.choices[0].finish_reason
                        logger.error("translate: empty answer, finish_reason=%s", finish_reason)
                        raise ValueError("the model returned no content")
                    contents.append(content.strip())
            return contents
        def plan(goal):
            reply = llm.invoke(goal)
            content = reply.content
            if not content:
                stop_reason = reply.response_metadata.get("stop_reason")
                logger.error("plan: empty answer, stop_reason=%s", stop_reason)
                raise ValueError("the model returned no content")
            return content.strip()
        """,
    )


def test_a_word_is_looked_for_in_what_is_always_a_text() -> None:
    check_findings(
        "BC803",
        """
        from langchain_openai import ChatOpenAI
        llm = ChatOpenAI()
        def is_safe(question):
            answer = llm.invoke(question).content
            return "safe" in answer
        """,
    )


def test_the_reason_is_not_read_of_a_name_that_means_something_else() -> None:
    check_fix(
        "BC803",
        """
        import logging
        from openai import AsyncOpenAI
        logger = logging.getLogger(__name__)
        client = AsyncOpenAI()
        async def other(prompt):
            response = await client.chat.completions.create(model="m", messages=[prompt])
            message = response.choices[0].message
            response = prompt
            return message.content.strip(response)
        """,
        """
        import logging
        from openai import AsyncOpenAI
        logger = logging.getLogger(__name__)
        client = AsyncOpenAI()
        async def other(prompt):
            response = await client.chat.completions.create(model="m", messages=[prompt])
            if not response.choices:
                logger.error("other: answer without choices")
                raise ValueError("the model returned no choices")
            message = response.choices[0].message
            response = prompt
            content = message.content
            if not content:
                logger.error("other: empty answer")
                raise ValueError("the model returned no content")
            return content.strip(response)
        """,
    )


def test_a_guard_that_asks_another_answer_is_none() -> None:
    check_findings(
        "BC803",
        """
        from openai import OpenAI
        client = OpenAI()

        def ask(my_r):
            r = client.chat.completions.create(model="m", messages=[])
            if any([not r.choices, not my_r.choices[0].message]):
                raise ValueError
            return r.choices[0].message.content.strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
        """,
    )


def test_the_same_value_read_by_get_is_a_check() -> None:
    check_findings(
        "BC803",
        """
        import litellm
        def ask(question) -> str:
            answer = litellm.completion(model="m", messages=[])
            if not answer["choices"]:
                raise ValueError("none")
            choice = answer["choices"][0]
            message = choice.get("message")
            if not message or not message.get("content"):
                raise ValueError(choice.get("finish_reason"))
            return choice["message"]["content"].strip()
        def other(question) -> str:
            answer = litellm.completion(model="m", messages=[])
            if not answer["choices"]:
                raise ValueError("none")
            choice = answer["choices"][0]
            if not choice.get("message") or not choice["message"].get("role"):
                raise ValueError(choice.get("finish_reason"))
            return choice["message"]["content"].strip()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
        """,
    )


def test_a_test_of_the_text_under_a_name_of_its_own() -> None:
    check_findings(
        "BC803",
        """
        import openai
        client = openai.OpenAI()
        def ask(question):
            answer = client.chat.completions.create(model="m", messages=[])
            has_content, kind = look_into(answer)
            if not answer.choices or not has_content:
                return kind
            return answer.choices[0].message.content.strip()
        """,
    )


def test_uses_in_an_attempt_that_falls_back_are_information() -> None:
    check_findings(
        "BC803",
        """
        import json
        from openai import OpenAI
        client = OpenAI()

        def title(messages, default):
            try:
                answer = client.chat.completions.create(model="m", messages=messages)
                return answer.choices[0].message.content.strip()
                #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803.fallback
            except Exception as error:
                print("no title", error)
                return default

        def whole(messages) -> str:
            try:
                answer = client.chat.completions.create(model="m", messages=messages)
                return answer.choices[0].message.content
                #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            except Exception:
                return ""

        def tags(messages):
            answer = client.chat.completions.create(model="m", messages=messages)
            text = answer.choices[0].message.content
            #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803.fallback
            try:
                found = json.loads(text)
            except Exception:
                found = []
            return found

        def kept(messages):
            answer = client.chat.completions.create(model="m", messages=messages)
            text = answer.choices[0].message.content
            #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            try:
                found = json.loads(text)
            except Exception:
                found = [text]
            return found

        def told(messages):
            try:
                answer = client.chat.completions.create(model="m", messages=messages)
                return answer.choices[0].message.content.strip()
                #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            except Exception as error:
                return f"Error: {error}"

        def raised(messages):
            try:
                answer = client.chat.completions.create(model="m", messages=messages)
                return answer.choices[0].message.content.strip()
                #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC803
            except Exception as error:
                raise ValueError("no answer") from error
        """,
    )
