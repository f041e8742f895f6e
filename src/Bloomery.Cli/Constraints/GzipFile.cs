using System.IO.Compression;
using Bloomery.Cli.Framework;

namespace Bloomery.Cli.Constraints;

/// <summary>Reads gzipped input of bounded size.</summary>
internal static class GzipFile
{
    private const int MostBytes = 1 << 30;

    /// <summary>The bytes inside.</summary>
    /// <exception cref="CliException">They are damaged, or more than a gigabyte.</exception>
    public static byte[] Inflate(byte[] bytes, string name)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var result = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                if (result.Length + read > MostBytes) throw new CliException($"{name}: holds more than {MostBytes >> 20} MiB");
                result.Write(buffer, 0, read);
            }
            return result.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new CliException($"{name}: is damaged: {e.Message}");
        }
    }
}
