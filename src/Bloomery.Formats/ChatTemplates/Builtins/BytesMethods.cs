using System.Collections.Frozen;
using System.Text;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary><c>encode</c> and the few methods of what it gives.</summary>
internal static class BytesMethods
{
    private static readonly FrozenDictionary<string, Method> Known = new MethodTable
    {
        { "decode", "encoding=, errors=", static (_, b, a) => Decode((BytesValue)b, Argument.OptionalText(a[0], "decode")) },
        { "hex", "", static (_, b, _) => new TextValue(Convert.ToHexStringLower(((BytesValue)b).Bytes)) },
    }.Freeze();

    public static Value? Find(BytesValue owner, string name) =>
        Known.TryGetValue(name, out Method? method) ? new MethodValue(owner, method) : null;

    public static BytesValue Encode(TextValue text, TextValue? encoding)
    {
        try
        {
            return new BytesValue(EncodingOf(encoding).GetBytes(text.Text), text.Marks is not null);
        }
        catch (EncoderFallbackException)
        {
            throw new ChatTemplateException("the codec cannot encode a character");
        }
    }

    private static TextValue Decode(BytesValue bytes, TextValue? encoding)
    {
        try
        {
            string text = EncodingOf(encoding).GetString(bytes.Bytes);
            return bytes.Marked ? TextValue.Marked(text) : new TextValue(text);
        }
        catch (DecoderFallbackException)
        {
            throw new ChatTemplateException("the codec cannot decode a byte");
        }
    }

    private static Encoding EncodingOf(TextValue? name) => name?.Text.ToLowerInvariant().Replace('_', '-') switch
    {
        null or "utf-8" or "utf8" => new UTF8Encoding(false, true),
        "ascii" or "us-ascii" => Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
        "latin-1" or "latin1" or "iso-8859-1" => Encoding.GetEncoding("iso-8859-1", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
        _ => throw new ChatTemplateException($"unknown encoding: {name.Text}"),
    };
}
