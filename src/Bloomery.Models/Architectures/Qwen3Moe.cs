using Bloomery.Models.Config;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Models.Architectures;

/// <summary>Qwen 3 with experts (arXiv 2505.09388).</summary>
[Key("qwen3_moe"), Key("qwen3moe")]
internal sealed class Qwen3Moe(ModelConfig c) : Qwen(c, new QwenForm
{
    KvHeads = 4, HeadNorms = true, QkvBias = c.BoolOr(false, "attention_bias"), OutputBias = c.BoolOr(false, "attention_bias"),
    Experts = c.CountOr(128, "num_experts", "num_local_experts"), Used = c.SizeOr(8, "num_experts_per_tok"),
    ExpertSize = c.SizeOr(768, "moe_intermediate_size"),
})
{
    /// <summary>What its GGUF files say.</summary>
    [Key("qwen3moe")]
    internal sealed class Gguf : ExpertGguf
    {
        /// <inheritdoc/>
        protected override bool Normalizes => true;
    }
}
