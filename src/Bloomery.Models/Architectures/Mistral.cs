using Bloomery.Models.Config;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Models.Architectures;

/// <summary>Mistral 7B (arXiv 2310.06825): Llama with a sliding window in all layers. GGUF files call it llama.</summary>
[Key("mistral")]
internal sealed class Mistral(ModelConfig c) : Llama(c, new LlamaForm { KvHeads = 8, Window = BlockParts.Window(c, 4096), MayHaveBiases = false });
