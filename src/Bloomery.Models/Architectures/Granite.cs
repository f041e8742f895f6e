using Bloomery.Models.Config;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Models.Architectures;

/// <summary>Granite 3 (IBM 2024): Llama with factors on embeddings, branches, scores and logits.</summary>
[Key("granite")]
internal sealed class Granite(ModelConfig c) : Llama(c, new LlamaForm
{
    AttentionScale = c.FloatOr(1, "attention_multiplier"), EmbeddingScale = c.FloatOr(1, "embedding_multiplier"),
    ResidualScale = c.FloatOr(1, "residual_multiplier"), LogitScale = 1 / c.FloatOr(1, "logits_scaling"),
    Rotates = _ => c.BoolOr(true, "gguf.rope.scaling.finetuned"), // GGUF files use this key for "has positions"
})
{
    /// <summary>What its GGUF files say.</summary>
    [Key("granite")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.Require("logit_scale");
            t.TakeFactor("logits_scaling", "logit_scale");
            t.TakeFactor("embedding_multiplier", "embedding_scale");
            t.TakeFactor("residual_multiplier", "residual_scale");
            t.TakeFactor("attention_multiplier", "attention.scale", 1 / MathF.Sqrt(t.HeadDim));
        }
    }
}
