using Bloomery.Models.Config;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Models.Architectures;

/// <summary>Qwen 2 with experts, one of which all tokens use (arXiv 2407.10671).</summary>
[Key("qwen2_moe"), Key("qwen2moe")]
internal sealed class Qwen2Moe(ModelConfig c) : Qwen(c, new QwenForm
{
    KvHeads = 16, QkvBias = c.BoolOr(true, "qkv_bias"), Slides = (i, from) => i % 2 == 0 && i < from,
    Experts = c.CountOr(60, "num_experts"), Used = c.SizeOr(4, "num_experts_per_tok"), ExpertSize = c.SizeOr(1408, "moe_intermediate_size"),
    SharedSize = c.SizeOr(5632, "shared_expert_intermediate_size"),
})
{
    /// <summary>What its GGUF files say.</summary>
    [Key("qwen2moe")]
    internal sealed class Gguf : ExpertGguf
    {
        /// <inheritdoc/>
        protected override bool Normalizes => false;
    }
}
