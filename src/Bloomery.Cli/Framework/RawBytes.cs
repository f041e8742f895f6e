using Bloomery.Cli.Input;

namespace Bloomery.Cli.Framework;

/// <summary>Arguments and variables as bytes, where the runtime put a replacement character for what is no UTF-8: text must not change on its way in.</summary>
internal static class RawBytes
{
    private const char Replacement = '\uFFFD';

    /// <summary>What is wrong with the first argument that is no text, or null.</summary>
    public static string? ArgumentProblem(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
            if (HasHalf(args[i])) return $"argument {i + 1} holds half of a surrogate pair, which is no text";
        if (!args.Any(argument => argument.Contains(Replacement)) || Read("/proc/self/cmdline") is not { } raw || raw.Count < args.Length) return null;
        for (int i = 0; i < args.Length; i++)
            if (Problem(raw[raw.Count - args.Length + i]) is { } problem) return $"argument {i + 1} {problem}";
        return null;
    }

    /// <summary>What is wrong with the bytes of a variable, or null.</summary>
    public static string? VariableProblem(string name, string value)
    {
        if (!value.Contains(Replacement) || Read("/proc/self/environ") is not { } raw) return null;
        byte[] prefix = System.Text.Encoding.UTF8.GetBytes(name + "=");
        return raw.Find(entry => entry.AsSpan().StartsWith(prefix)) is { } found && Problem(found[prefix.Length..]) is { } problem ? $"{name} {problem}" : null;
    }

    private static string? Problem(byte[] text)
    {
        int valid = InputText.ValidLength(text);
        return valid == text.Length ? null
            : $"holds byte 0x{text[valid]:X2} at offset {valid}, which is no UTF-8; set the terminal to UTF-8, or convert the text with iconv";
    }

    private static bool HasHalf(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return true;
            i++;
        }
        return false;
    }

    /// <summary>The strings of a file of the kernel's, which end with zeros; null on systems that have no such files.</summary>
    private static List<byte[]>? Read(string path)
    {
        if (!File.Exists(path)) return null;
        byte[] all = File.ReadAllBytes(path);
        var strings = new List<byte[]>();
        for (int begin = 0, end; begin < all.Length; begin = end + 1)
        {
            end = Array.IndexOf(all, (byte)0, begin) is >= 0 and int zero ? zero : all.Length;
            strings.Add(all[begin..end]);
        }
        return strings;
    }
}
