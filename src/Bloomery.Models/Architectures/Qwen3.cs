using Bloomery.Models.Config;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Models.Architectures;

/// <summary>Qwen 3 (arXiv 2505.09388): norms of each query and key head.</summary>
[Key("qwen3")]
internal sealed class Qwen3(ModelConfig c) : Qwen(c, new QwenForm
{
    KvHeads = 32, HeadDim = 128, HeadNorms = true, QkvBias = c.BoolOr(false, "attention_bias"), OutputBias = c.BoolOr(false, "attention_bias"),
    Slides = (i, from) => i >= from,
});
