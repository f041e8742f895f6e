namespace Bloomery.Models.Config;

/// <summary>Defaults of the reference library's configuration classes that more than one place needs.</summary>
internal static class FamilyDefaults
{
    private static readonly Dictionary<string, int> Lengths = new()
    {
        ["mistral"] = 131072, ["mixtral"] = 131072, ["qwen2"] = 32768, ["qwen3"] = 32768, ["qwen2_moe"] = 32768, ["qwen3_moe"] = 32768, ["smollm3"] = 32768,
        ["gemma"] = 8192, ["gemma2"] = 8192, ["gemma3_text"] = 131072, ["phi3"] = 4096, ["stablelm"] = 4096, ["starcoder2"] = 4096, ["cohere"] = 8192,
        ["deepseek_v3"] = 4096, ["persimmon"] = 16384, ["nemotron"] = 4096,
    };

    /// <summary><c>max_position_embeddings</c> of a family's class.</summary>
    public static int MaxLength(string modelType) => Lengths.GetValueOrDefault(modelType, 2048);
}
