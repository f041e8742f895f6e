using System.Text;
using Bloomery.Engine.Stopping;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Engine.Generation;

/// <summary>Makes text of tokens as they come: it never ends inside a character, leaks no part of a stop string, and leaves the end token out.</summary>
internal sealed class TextAssembler
{
    private readonly StopRules _rules;
    private readonly StreamingDecoder? _decoder;
    private readonly StopMatcher _stops;
    private readonly List<int> _ids = [];
    private readonly StringBuilder _text = new();

    /// <param name="tokenizer">Turns ids into text; null where ids are all there is.</param>
    /// <param name="rules">Say when to stop.</param>
    public TextAssembler(Tokenizer? tokenizer, StopRules rules)
    {
        _rules = rules;
        _decoder = tokenizer?.CreateStreamingDecoder(skipSpecial: true);
        _stops = new StopMatcher(rules.StopStrings);
        if (rules.MaxTokens == 0) FinishReason = Bloomery.FinishReason.Length;
    }

    /// <summary>The ids so far.</summary>
    public List<int> Ids => _ids;

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Why the text ended; null while it goes on.</summary>
    public FinishReason? FinishReason { get; private set; }

    /// <summary>Takes the next token.</summary>
    /// <param name="id">The token.</param>
    /// <param name="ended">Why the text ends with it, by ids and lengths; null while it may go on.</param>
    /// <returns>The text that is certain now; empty while a character or a possible stop string is incomplete.</returns>
    public string Push(int id, FinishReason? ended)
    {
        _ids.Add(id);
        FinishReason = ended;
        bool isEnd = ended == Bloomery.FinishReason.Stop && _rules.EndIds.Contains(id);
        string released = isEnd ? "" : _decoder?.Push(id) ?? "";
        if (ended is not null) released += _decoder?.Finish();
        string text = _stops.Push(released, _rules.StringsCount(_ids.Count));
        if (_stops.Stopped) FinishReason = Bloomery.FinishReason.Stop;
        else if (ended is not null) text += _stops.Flush();
        _text.Append(text);
        return text;
    }

    /// <summary>Ends the text for another reason: what has been held back is lost.</summary>
    public void End(FinishReason reason) => FinishReason ??= reason;
}
