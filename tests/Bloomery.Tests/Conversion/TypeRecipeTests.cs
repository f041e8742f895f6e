using Bloomery.Conversion;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Tests.Conversion;

public sealed class TypeRecipeTests
{
    // As llama-quantize assigns them to a model of 30 layers whose rows are multiples of 256.
    [Theory]
    [InlineData("q4_k_m", "blk.0.attn_v.weight", "q6_k")]
    [InlineData("q4_k_m", "blk.3.attn_v.weight", "q4_k")]
    [InlineData("q4_k_m", "blk.5.attn_v.weight", "q6_k")]
    [InlineData("q4_k_m", "blk.29.ffn_down.weight", "q6_k")]
    [InlineData("q4_k_m", "blk.0.ffn_up.weight", "q4_k")]
    [InlineData("q4_k_m", "token_embd.weight", "q6_k")]
    [InlineData("q4_k_s", "blk.3.attn_v.weight", "q5_k")]
    [InlineData("q4_k_s", "blk.4.attn_v.weight", "q4_k")]
    [InlineData("q3_k_m", "blk.1.ffn_down.weight", "q4_k")]
    [InlineData("q3_k_m", "blk.0.ffn_down.weight", "q5_k")]
    [InlineData("q3_k_l", "blk.7.attn_output.weight", "q5_k")]
    [InlineData("q2_k", "blk.7.attn_output.weight", "q3_k")]
    [InlineData("q2_k", "blk.7.ffn_gate.weight", "q2_k")]
    [InlineData("q5_k_m", "blk.29.attn_v.weight", "q6_k")]
    [InlineData("q4_0", "token_embd.weight", "q6_k")]
    [InlineData("q4_0", "blk.7.ffn_gate.weight", "q4_0")]
    [InlineData("q8_0", "token_embd.weight", "q8_0")]
    [InlineData("q4_k", "blk.0.attn_v.weight", "q4_k")]
    [InlineData("f16", "blk.0.attn_norm.weight", "f32")]
    [InlineData("q4_k_m", "blk.0.ffn_gate_inp.weight", "f32")]
    public void Mixtures_spend_bits_where_they_help(string mixture, string tensor, string type)
    {
        string[] parts = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down", "ffn_gate_inp"];
        List<(string, long[], BlockFormat)> tensors = [("token_embd.weight", [512, 256], BlockFormat.F32)];
        for (int i = 0; i < 30; i++)
        {
            foreach (string part in parts) tensors.Add(($"blk.{i}.{part}.weight", [256, 256], BlockFormat.F32));
            tensors.Add(($"blk.{i}.attn_norm.weight", [256], BlockFormat.F32));
        }
        tensors.Reverse(); // the order in the file does not matter
        Assert.Equal(type, TypeRecipe.Parse(mixture).Assign(tensors, new ModelShape("llama", 30, 3, 0), hasImportance: false, keepOthers: false)[tensor].Name);
    }

    [Theory]
    [InlineData("attn_v", "blk.3.attn_v.weight", true)]
    [InlineData("attn_v", "blk.3.attn_q.weight", false)]
    [InlineData("blk.*.attn_v.weight", "blk.11.attn_v.weight", true)]
    [InlineData("*ffn_down*", "blk.0.ffn_down_exps.weight", true)]
    [InlineData(@"blk\.[0-3]\.ffn", "blk.2.ffn_up.weight", true)]
    [InlineData(@"blk\.[0-3]\.ffn", "blk.4.ffn_up.weight", false)]
    [InlineData("^output", "blk.0.attn_output.weight", false)]
    [InlineData("(?=.*down)blk", "blk.0.ffn_down.weight", true)]
    public void Patterns_are_expressions_or_text_with_stars(string pattern, string name, bool fits) =>
    Assert.Equal(fits, new TensorPattern(pattern).Matches(name));

    [Fact]
    public void A_pattern_that_explodes_is_stopped()
    {
        string text = new string('a', 40) + "!";
        TensorPattern pattern = new(@"(?=(a+)+$)a"); // a look-ahead needs backtracking
        Assert.Contains("too long", Assert.Throws<ArgumentException>(() => pattern.Matches(text)).Message, StringComparison.Ordinal);
        Assert.False(new TensorPattern("(a+)+$").Matches(text));
    }

    [Theory]
    [InlineData("attn_v")]
    [InlineData("=q8_0")]
    [InlineData("attn_v=")]
    [InlineData("attn_v=q9_0")]
    public void An_override_that_is_none_is_refused(string text) => Assert.Throws<ArgumentException>(() => TypeRecipe.Parse("q4_0", [text]));
}
