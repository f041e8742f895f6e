using Bloomery.Models.Config;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Models.Architectures;

/// <summary>Mixtral (arXiv 2401.04088): Mistral with experts. GGUF files call it llama.</summary>
[Key("mixtral")]
internal sealed class Mixtral(ModelConfig c)
    : Llama(c, new LlamaForm { KvHeads = 8, Theta = 1e6, Epsilon = 1e-5f, Window = BlockParts.Window(c, null), MayHaveBiases = false, Experts = 8 });
