using Bloomery.Models.Config;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Models.Architectures;

/// <summary>SmolLM3 (Hugging Face 2025): Llama, but every fourth layer has no positions.</summary>
[Key("smollm3")]
internal sealed class SmolLm3(ModelConfig c) : Llama(c, Form(c))
{
    private static LlamaForm Form(ModelConfig c)
    {
        int? window = BlockParts.Window(c, null);
        Func<int, bool> rotates = RotatedLayers(c);
        bool slides = window is not null && c.BoolOr(false, "use_sliding_window");
        return new LlamaForm { KvHeads = 4, Theta = 2e6, Tied = true, Window = window, Sliding = i => slides && !rotates(i), Rotates = rotates };
    }

    private static Func<int, bool> RotatedLayers(ModelConfig c)
    {
        int layers = CountLayers(c);
        if (c.NumbersOrNull("no_rope_layers") is { } list)
            return list.Length < layers ? throw c.Error("no_rope_layers", $"has {list.Length} entries for {layers} layers") : i => list[i] != 0;
        int interval = c.SizeOr(4, "no_rope_layer_interval");
        return i => (i + 1) % interval != 0;
    }
}
