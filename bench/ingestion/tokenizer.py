"""Writes the tokenizer of an embedding model, out of its GGUF file, as the tokenizers package reads it: tokenizer.py MODEL.gguf OUT.json"""
import sys

import gguf
import tokenizers

fields = gguf.GGUFReader(sys.argv[1]).fields
tokens, scores, unknown = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "scores", "unknown_token_id"))
tokenizer = tokenizers.Tokenizer(tokenizers.models.Unigram(list(zip(tokens, scores)), unknown))
# Runs of white space are one space to the model.
tokenizer.normalizer = tokenizers.normalizers.Sequence([tokenizers.normalizers.NFKC(), tokenizers.normalizers.Replace(tokenizers.Regex(r"\s+"), " ")])
tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
tokenizer.save(sys.argv[2])
