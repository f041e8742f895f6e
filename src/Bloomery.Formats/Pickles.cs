namespace Bloomery.Formats;

/// <summary>Recognises PyTorch's pickled checkpoints, which are programs rather than data and are therefore never read.</summary>
internal static class Pickles
{
    public const string Advice =
        "this is a PyTorch pickle, which can run code when it is read and is therefore refused: use the model's safetensors, or convert it (for example "
        + "with https://huggingface.co/spaces/safetensors/convert)";

    private static readonly string[] Extensions = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"];

    /// <summary>Whether a file of this name would be a pickle.</summary>
    public static bool IsName(string name) => Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether content begins as a pickle; archives that hold one are told by <see cref="ForeignContent"/>.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes) => bytes.Length >= 2 && bytes[0] == 0x80 && bytes[1] is >= 2 and <= 5;
}
