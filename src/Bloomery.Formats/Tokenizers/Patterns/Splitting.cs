namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>Cuts pieces at the matches of a pattern.</summary>
internal static class Splitting
{
    /// <summary>Cuts all pieces.</summary>
    /// <param name="pieces">The pieces; none are spelled as bytes afterwards that only stood for them before.</param>
    /// <param name="pattern">What to look for.</param>
    /// <param name="behavior">What becomes of the matches.</param>
    /// <param name="invert">Whether gaps count as matches and matches as gaps.</param>
    public static void Split(this PieceList pieces, SplitPattern pattern, SplitBehavior behavior, bool invert = false)
    {
        pieces.SpellBytes();
        var parts = new PartSink(pieces, behavior);
        foreach (TextRange range in pieces.Ranges)
        {
            ReadOnlySpan<char> text = pieces.Text.Text[range.Begin..range.End];
            int last = -1, done = 0;
            while (pattern.FindNext(text, last, out int begin, out last))
            {
                if (begin > done) parts.Add(range.Begin + done, range.Begin + begin, invert);
                parts.Add(range.Begin + begin, range.Begin + last, !invert);
                done = last;
            }
            if (done < text.Length) parts.Add(range.Begin + done, range.End, invert);
            parts.End();
        }
        pieces.Advance();
    }

    // Joins parts as the behaviour wants; a joined part is held until the next one decides.
    private struct PartSink(PieceList pieces, SplitBehavior behavior)
    {
        private int _begin = -1;
        private int _end;
        private bool _lastMatched;

        public void Add(int begin, int end, bool matched)
        {
            switch (behavior)
            {
                case SplitBehavior.Isolated:
                    pieces.Add(begin, end);
                    return;
                case SplitBehavior.Removed:
                    if (!matched) pieces.Add(begin, end);
                    return;
            }
            bool joins = _begin >= 0 && behavior switch
            {
                SplitBehavior.Contiguous => matched == _lastMatched,
                SplitBehavior.MergedWithPrevious => matched && !_lastMatched,
                _ => !matched && _lastMatched,
            };
            if (!joins)
            {
                Flush();
                _begin = begin;
            }
            (_end, _lastMatched) = (end, matched);
        }

        public void End()
        {
            Flush();
            (_begin, _lastMatched) = (-1, false);
        }

        private readonly void Flush()
        {
            if (_begin >= 0) pieces.Add(_begin, _end);
        }
    }
}
