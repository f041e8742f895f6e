using Bloomery.Models;
using Bloomery.Models.Architectures;

namespace Bloomery.Engine.Inference;

/// <summary>What a caller of a <see cref="Runtime"/> asks of its model, beside results.</summary>
/// <param name="Family">The architecture's key.</param>
/// <param name="IsDecoder">Whether it continues ids without an encoder.</param>
/// <param name="IsEncoderDecoder">Whether it takes ids for an encoder and for a decoder.</param>
/// <param name="VocabularySize">Columns of the logits.</param>
/// <param name="HiddenSize">Columns of a hidden state.</param>
/// <param name="ContextLength">The longest sequence that it is run with, in tokens.</param>
/// <param name="StatedContext">The longest that it was made for.</param>
/// <param name="WeightBytes">Memory of the weights.</param>
/// <param name="MappedBytes">What of it lies in the mapped file.</param>
internal sealed record ModelFacts(
    string Family, bool IsDecoder, bool IsEncoderDecoder, int VocabularySize, int HiddenSize, int ContextLength, int StatedContext, long WeightBytes,
    long MappedBytes)
{
    /// <summary>The keys of all architectures that this build runs.</summary>
    public static IReadOnlyCollection<string> Families => LoadedModel.Architectures.Names;

    /// <summary>The facts of a loaded model.</summary>
    public static ModelFacts Of(LoadedModel model, int contextLength)
    {
        Architecture family = model.Architecture;
        return new ModelFacts(family.Config.ModelType, family.Kind == ArchitectureKind.Decoder, family.Kind == ArchitectureKind.EncoderDecoder,
            family.VocabularySize, family.HiddenSize, contextLength, family.ContextLength, model.Weights.ByteLength, model.Weights.MappedBytes);
    }
}
