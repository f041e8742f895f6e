namespace Bloomery.Engine.Grammars.Json;

/// <summary>Bytes that were read, the last first; shared between positions.</summary>
internal sealed class Log(Log? before, byte value)
{
    public Log? Before => before;

    private int Length { get; } = before is null ? 1 : before.Length + 1;

    /// <summary>The bytes after <paramref name="start"/>.</summary>
    public static byte[] Since(Log? start, Log? end)
    {
        int length = (end?.Length ?? 0) - (start?.Length ?? 0);
        var bytes = new byte[length];
        for (Log? step = end; length > 0; step = step!.Before) bytes[--length] = step!.Value;
        return bytes;
    }

    private byte Value => value;
}
