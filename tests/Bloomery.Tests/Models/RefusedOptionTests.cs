using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Models;
using Bloomery.Models.Config;

namespace Bloomery.Tests.Models;

/// <summary>Options that would change results and are not supported are refused by name, never passed over.</summary>
public sealed class RefusedOptionTests
{
    private const string Sizes =
        "\"hidden_size\": 16, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"num_key_value_heads\": 2, \"head_dim\": 4, "
        + "\"intermediate_size\": 24, \"vocab_size\": 20";

    [Theory]
    [InlineData("llama", "\"is_causal\": false", "is_causal")]
    [InlineData("gpt_neox", "\"is_causal\": null", "is_causal")]
    [InlineData("mistral", "\"per_layer_config\": {\"1\": {\"num_key_value_heads\": 1}}", "per_layer_config")]
    [InlineData("qwen2", "\"quantization_config\": {\"quant_method\": \"gptq\", \"bits\": 4}", "gptq")]
    [InlineData("llama", "\"transformers_weights\": \"other.safetensors\"", "transformers_weights")]
    [InlineData("gpt2", "\"pruned_heads\": {\"0\": [1]}", "pruned_heads")]
    [InlineData("gpt_bigcode", "\"multi_query\": false, \"add_cross_attention\": true", "add_cross_attention")]
    [InlineData("gemma", "\"use_bidirectional_attention\": true", "use_bidirectional_attention")]
    [InlineData("gemma2", "\"use_bidirectional_attention\": true", "use_bidirectional_attention")]
    [InlineData("gemma2", "\"sliding_window\": null", "sliding_window")]
    [InlineData("gemma3_text", "\"sliding_window\": null", "sliding_window")]
    [InlineData("qwen2", "\"sliding_window\": 3, \"layer_types\": [\"sliding_attention\", \"full_attention\"]", "sliding_window")]
    [InlineData("qwen3", "\"use_sliding_window\": true, \"sliding_window\": null, \"layer_types\": [\"sliding_attention\", \"full_attention\"]",
        "sliding_window")]
    [InlineData("qwen3", "\"layer_types\": [\"chunked_attention\", \"full_attention\"]", "chunked_attention")]
    [InlineData("llama", "\"rope_parameters\": {\"full_attention\": {\"rope_type\": \"default\", \"rope_theta\": 3.0}}", "full_attention")]
    [InlineData("gemma3_text", "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 3.0}", "rope_parameters")]
    [InlineData("llama", "\"partial_rotary_factor\": 0.5, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}", "partial_rotary_factor")]
    [InlineData("qwen2", "\"rope_scaling\": {\"type\": \"mrope\", \"mrope_section\": [1, 1]}", "mrope")]
    [InlineData("llama", "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0}", "high_freq_factor")]
    [InlineData("llama", "\"rope_scaling\": {\"rope_type\": \"longrope\", \"short_factor\": [1.0, 1.0]}", "long_factor")]
    [InlineData("phi", "\"partial_rotary_factor\": 0.25", "partial_rotary_factor")]
    [InlineData("phi", "\"hidden_act\": \"prelu\"", "prelu")]
    public void An_option_without_support_is_named(string type, string option, string named)
    {
        JsonObject json = JsonNode.Parse($$"""{"model_type": "{{type}}", {{Sizes}}}""")!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse("{" + option + "}")!.AsObject()) json[key] = value?.DeepClone();
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => LoadedModel.MakeArchitecture(new ModelConfig("c/config.json", json)));
        Assert.StartsWith("c/config.json: ", e.Message);
        Assert.Contains(named, e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("llama", "\"is_causal\": true, \"per_layer_config\": {}, \"pruned_heads\": {}, \"quantization_config\": null")]
    [InlineData("gemma", "\"use_bidirectional_attention\": null")]
    [InlineData("gpt2", "\"task_specific_params\": {\"text-generation\": {\"do_sample\": true}}, \"n_ctx\": 1024")]
    public void Options_at_rest_are_no_reason_to_refuse(string type, string option)
    {
        JsonObject json = JsonNode.Parse($$"""{"model_type": "{{type}}", {{Sizes}}, {{option}}}""")!.AsObject();
        Assert.NotNull(LoadedModel.MakeArchitecture(new ModelConfig("config.json", json)));
    }

    [Theory]
    [InlineData("llama", 2048), InlineData("mistral", 131072), InlineData("qwen2", 32768), InlineData("qwen3", 32768), InlineData("gemma", 8192),
        InlineData("gemma2", 8192), InlineData("gemma3_text", 131072)]
    [InlineData("phi", 2048), InlineData("phi3", 4096), InlineData("gpt_neox", 2048), InlineData("falcon", 2048), InlineData("opt", 2048),
        InlineData("mpt", 2048), InlineData("gpt2", 1024), InlineData("gpt_bigcode", 1024)]
    public void A_context_that_is_not_stated_is_that_of_the_family(string type, int length) =>
        Assert.Equal(length, LoadedModel.MakeArchitecture(new ModelConfig("config.json",
            JsonNode.Parse($$"""{"model_type": "{{type}}", "ffn_dim": 24, {{Sizes}}}""")!.AsObject())).ContextLength);
}
