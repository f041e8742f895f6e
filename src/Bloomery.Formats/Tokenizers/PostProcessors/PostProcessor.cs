namespace Bloomery.Formats.Tokenizers.PostProcessors;

/// <summary>Joins the encodings of one or two texts and adds special tokens. A plug point: one file with a key, the type's name in tokenizer.json.</summary>
internal abstract class PostProcessor
{
    /// <summary>Rewrites the parts (one per text, in order; afterwards they are concatenated).</summary>
    /// <param name="parts">One or two encodings, which may be changed; after a template in a sequence one for each of its items.</param>
    /// <param name="addSpecial">Whether to add special tokens; offsets are trimmed either way.</param>
    public abstract List<TokenRun> Process(List<TokenRun> parts, bool addSpecial);
}
