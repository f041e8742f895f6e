using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Bloomery.Formats;

namespace Bloomery.Models;

/// <summary>Tells checkpoints apart by what is in them, wherever they lie: the configuration, and name, type, shape and both ends of every tensor.</summary>
internal static class ModelFingerprint
{
    private const int EndBytes = 4096;

    /// <summary>The SHA-256 of a checkpoint's configuration and of what its tensors begin and end with, in hexadecimal.</summary>
    /// <exception cref="IOException">The file is gone.</exception>
    public static string Of(LoadedModel model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(model.Architecture.Config.Json.ToJsonString()));
        using TensorFile file = TensorFile.OpenAny(model.Path);
        foreach (TensorInfo tensor in file.Tensors.Values.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(tensor.ToString()));
            hash.AppendData(MemoryMarshal.AsBytes<long>(tensor.Shape));
            int end = (int)Math.Min(EndBytes, tensor.ByteLength);
            hash.AppendData(file.Bytes(tensor, 0, end));
            hash.AppendData(file.Bytes(tensor, tensor.ByteLength - end, end));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
