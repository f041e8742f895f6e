using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PostProcessors;

/// <summary>One post-processor after the other.</summary>
/// <param name="processors">The post-processors.</param>
[Key("Sequence")]
internal sealed class SequenceProcessor(IReadOnlyList<PostProcessor> processors) : PostProcessor
{
    internal SequenceProcessor(JsonSection json)
        : this(Components.CreateAll(Components.PostProcessors, json, "processors"))
    {
        try
        {
            Process([new TokenRun()], addSpecial: true);
            Process([new TokenRun(), new TokenRun()], addSpecial: true);
        }
        catch (InvalidOperationException e)
        {
            throw json.Error(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override List<TokenRun> Process(List<TokenRun> parts, bool addSpecial)
    {
        foreach (PostProcessor processor in processors) parts = processor.Process(parts, addSpecial);
        return parts;
    }
}
