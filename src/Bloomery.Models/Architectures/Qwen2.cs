using Bloomery.Models.Config;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Models.Architectures;

/// <summary>Qwen 2 and 2.5 (arXiv 2407.10671): biases on q, k, v.</summary>
[Key("qwen2")]
internal sealed class Qwen2(ModelConfig c) : Qwen(c, new QwenForm { KvHeads = 32, QkvBias = true, Slides = (i, from) => i >= from });
