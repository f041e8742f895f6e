namespace Bloomery.Conversion;

/// <summary>How GGUF and the reference library call a family, and the defaults that its configurations rely on.</summary>
/// <param name="ModelType">The reference library's name.</param>
/// <param name="Gguf">GGUF's name.</param>
/// <param name="ClassName">The reference library's class.</param>
/// <param name="EpsilonKey">The key of the norms' epsilon.</param>
/// <param name="Epsilon">Its default.</param>
/// <param name="Rotated">The default share of a head's dimensions that rotates; 0: no rotary positions.</param>
/// <param name="Theta">The default base of the rotary frequencies.</param>
internal sealed record GgufFamily(string ModelType, string Gguf, string ClassName, string EpsilonKey, double Epsilon, double Rotated = 1, double Theta = 1e4)
{
    /// <summary>Whether norms are root mean squares.</summary>
    public bool IsRms => EpsilonKey == "rms_norm_eps" || ModelType == "t5";

    /// <summary>The families that both have, the first of a GGUF name being what it stands for unless the keys say otherwise.</summary>
    public static IReadOnlyList<GgufFamily> All { get; } =
    [
        new("llama", "llama", "LlamaForCausalLM", "rms_norm_eps", 1e-6),
        new("mistral", "llama", "MistralForCausalLM", "rms_norm_eps", 1e-6),
        new("mixtral", "llama", "MixtralForCausalLM", "rms_norm_eps", 1e-5, Theta: 1e6),
        new("granite", "granite", "GraniteForCausalLM", "rms_norm_eps", 1e-6),
        new("smollm3", "smollm3", "SmolLM3ForCausalLM", "rms_norm_eps", 1e-6, Theta: 2e6),
        new("qwen2", "qwen2", "Qwen2ForCausalLM", "rms_norm_eps", 1e-6),
        new("qwen2_moe", "qwen2moe", "Qwen2MoeForCausalLM", "rms_norm_eps", 1e-6),
        new("qwen3", "qwen3", "Qwen3ForCausalLM", "rms_norm_eps", 1e-6),
        new("qwen3_moe", "qwen3moe", "Qwen3MoeForCausalLM", "rms_norm_eps", 1e-6),
        new("gemma", "gemma", "GemmaForCausalLM", "rms_norm_eps", 1e-6),
        new("gemma2", "gemma2", "Gemma2ForCausalLM", "rms_norm_eps", 1e-6),
        new("gemma3_text", "gemma3", "Gemma3ForCausalLM", "rms_norm_eps", 1e-6, Theta: 1e6),
        new("olmo2", "olmo2", "Olmo2ForCausalLM", "rms_norm_eps", 1e-5),
        new("phi3", "phi3", "Phi3ForCausalLM", "rms_norm_eps", 1e-5),
        new("deepseek_v2", "deepseek2", "DeepseekV2ForCausalLM", "rms_norm_eps", 1e-6),
        new("deepseek_v3", "deepseek2", "DeepseekV3ForCausalLM", "rms_norm_eps", 1e-6),
        new("cohere", "command-r", "CohereForCausalLM", "layer_norm_eps", 1e-5, Theta: 5e5),
        new("stablelm", "stablelm", "StableLmForCausalLM", "layer_norm_eps", 1e-5, 0.25),
        new("phi", "phi2", "PhiForCausalLM", "layer_norm_eps", 1e-5, 0.5),
        new("gpt_neox", "gptneox", "GPTNeoXForCausalLM", "layer_norm_eps", 1e-5, 0.25),
        new("nemotron", "nemotron", "NemotronForCausalLM", "norm_eps", 1e-5, 0.5),
        new("starcoder2", "starcoder2", "Starcoder2ForCausalLM", "norm_epsilon", 1e-5),
        new("gpt2", "gpt2", "GPT2LMHeadModel", "layer_norm_epsilon", 1e-5, 0),
        new("gpt_bigcode", "starcoder", "GPTBigCodeForCausalLM", "layer_norm_epsilon", 1e-5, 0),
        new("bloom", "bloom", "BloomForCausalLM", "layer_norm_epsilon", 1e-5, 0),
        new("falcon", "falcon", "FalconForCausalLM", "layer_norm_epsilon", 1e-5),
        new("mpt", "mpt", "MptForCausalLM", "layer_norm_epsilon", 1e-5, 0),
        new("t5", "t5", "T5ForConditionalGeneration", "layer_norm_epsilon", 1e-6, 0),
        new("bert", "bert", "BertModel", "layer_norm_eps", 1e-12, 0),
        new("roberta", "bert", "RobertaModel", "layer_norm_eps", 1e-12, 0),
        new("xlm-roberta", "bert", "XLMRobertaModel", "layer_norm_eps", 1e-12, 0),
    ];
}
