using Bloomery.Engine.Grammars;
using Bloomery.Engine.Grammars.Masks;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Leaves only the tokens that a grammar allows; an end token only where the text may end, and nothing else once it has to.</summary>
/// <remarks>It has no key: options cannot name it, and it belongs to one text.</remarks>
internal sealed class GrammarMask(Grammar grammar, TokenTrie trie, IReadOnlyList<int> endIds) : LogitStep
{
    private readonly Matcher _matcher = new(grammar, trie, plain: true);
    private readonly TokenMask _mask = new(trie.VocabularySize);

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Grammar;

    /// <inheritdoc/>
    public override bool IsNeutral => false;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        try
        {
            if (_matcher.IsComplete) _mask.Clear();
            else _matcher.Fill(_mask);
        }
        catch (GrammarException e)
        {
            throw new InvalidOperationException($"the constraint on the text cannot be followed any further: {e.Message}", e);
        }
        if (_matcher.MayEnd)
        {
            foreach (int id in endIds)
            {
                if ((uint)id < (uint)_mask.Size) _mask.Add(id);
            }
        }
        for (int id = 0; id < logits.Length; id++)
        {
            if (!_mask[id]) logits[id] = float.NegativeInfinity;
        }
    }

    /// <inheritdoc/>
    public override void Commit(in TokenChoice choice)
    {
        for (int i = 0; i < endIds.Count; i++)
        {
            if (endIds[i] == choice.Id) return;
        }
        if (!_matcher.TryAccept(choice.Id)) throw new InvalidOperationException($"token {choice.Id} was chosen, which the grammar does not allow");
    }
}
