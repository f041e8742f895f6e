using System.Text;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>Inside a member's name.</summary>
internal sealed class KeyFrame(ObjectFrame parent, Dfa keys, StringState state, Log? text) : TextFrame(parent)
{
    public override Dfa Automaton => keys;

    public override StringState State => state;

    public override bool DependsOnText => true;

    /// <summary>Whether a name that ends with these bytes is like any other that no keyword mentions.</summary>
    public bool IsOrdinary(ReadOnlySpan<byte> rest)
    {
        byte[] key = [.. Log.Since(null, text), .. rest];
        return !key.AsSpan().Contains((byte)'\\') && ((ObjectFrame)Parent!).IsOrdinary(Encoding.UTF8.GetString(key));
    }

    public override Frame? End(Log? bytes) => ((ObjectFrame)Parent!).Name(Encoding.UTF8.GetString(JsonText.Decode(Log.Since(null, text))));

    protected override Frame Append(StringState next, byte value) => new KeyFrame((ObjectFrame)Parent!, keys, next, new Log(text, value));
}
