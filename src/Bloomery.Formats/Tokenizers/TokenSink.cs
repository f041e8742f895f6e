namespace Bloomery.Formats.Tokenizers;

/// <summary>Where a model puts the tokens of a piece: ids and, unless only ids are wanted, spans and texts.</summary>
/// <param name="idsOnly">Whether spans and texts are dropped.</param>
public sealed class TokenSink(bool idsOnly)
{
    /// <summary>Whether spans and texts are dropped.</summary>
    public bool IdsOnly { get; } = idsOnly;

    /// <summary>Token ids.</summary>
    public List<int> Ids { get; init; } = [];

    /// <summary>Spans in the text that the model was given.</summary>
    public List<(int Begin, int End)> Spans { get; } = [];

    /// <summary>The text of tokens that are not spelled as in the vocabulary, else null.</summary>
    public List<string?> Texts { get; } = [];

    /// <summary>Appends a token.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="begin">The first UTF-16 unit that it stands for.</param>
    /// <param name="end">The first behind.</param>
    /// <param name="text">Its text where that is not the vocabulary's spelling.</param>
    public void Add(int id, int begin, int end, string? text = null)
    {
        Ids.Add(id);
        if (IdsOnly) return;
        Spans.Add((begin, end));
        Texts.Add(text);
    }
}
