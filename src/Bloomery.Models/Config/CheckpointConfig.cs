using System.Text.Json.Nodes;

namespace Bloomery.Models.Config;

/// <summary>
/// What holds for <c>config.json</c> whatever the family: options that change results everywhere and are not supported, and language models inside larger
/// ones.
/// </summary>
internal static class CheckpointConfig
{
    // What the reference library's class of Gemma 3's language model has where the larger model's file is silent.
    private static readonly (string Key, int Value)[] Gemma3 =
        [("vocab_size", 262208), ("hidden_size", 2304), ("intermediate_size", 9216), ("num_hidden_layers", 26), ("num_attention_heads", 8)];

    /// <summary>The configuration of the language model.</summary>
    public static ModelConfig LanguageModel(ModelConfig config)
    {
        if (config.IsGguf || config.ModelType != "gemma3" || config.Section("text_config") is not { } text) return config;
        JsonObject json = text.Json.DeepClone().AsObject();
        json["model_type"] = "gemma3_text";
        json["tie_word_embeddings"] = config.BoolOr(true, "tie_word_embeddings");
        json.Remove("final_logit_softcapping"); // applied by the text-only class alone
        foreach ((string key, int value) in Gemma3)
            if (!json.ContainsKey(key)) json[key] = value;
        foreach (string key in (string[])["bos_token_id", "eos_token_id", "pad_token_id", "quantization_config", "transformers_weights"])
            if (config.Json[key] is { } value) json[key] = value.DeepClone();
        return config.With(json);
    }

    /// <summary>Refuses an option that would make a decoder's attention look ahead.</summary>
    public static void RequireCausal(ModelConfig config) =>
        config.Require(config.IsGguf || config.BoolOr(true, "is_causal"), "is_causal", "this family's attention is causal");

    /// <summary>Refuses options that change results in every family.</summary>
    /// <exception cref="ModelFormatException">One of them is set.</exception>
    public static void RefuseUnsupported(ModelConfig config)
    {
        if (config.IsGguf) return;
        if (config.Section("quantization_config") is { } quantization)
        {
            string method = quantization.StringOr("unknown", "quant_method");
            throw config.Error("quantization_config",
                $"asks for weights quantised by '{method}', which are not read; take a checkpoint in full precision, or a GGUF file");
        }
        if (config.Section("per_layer_config") is { Json.Count: > 0 })
            throw config.Error("per_layer_config", "gives layers configurations of their own, which is not supported");
        if (config.Section("pruned_heads") is { Json.Count: > 0 }) throw config.Error("pruned_heads", "names heads that are cut out, which is not supported");
        if (config.Has("transformers_weights"))
            throw config.Error("transformers_weights",
                "names another file with weights, which is not supported; call that file model.safetensors and remove the key");
    }
}
